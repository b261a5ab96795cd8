import { randomOf } from '../../scenarios/lib/random.ts';
import { type LoadShape, stepsShape } from '../../scenarios/lib/shapes.ts';
import { type TrafficClass, trafficClasses } from '../contracts/component.ts';
import type { Mix } from '../contracts/profile.ts';
import type { TraceRow } from './read-trace.ts';
import type { Replay } from './replay-arrivals.ts';

/** What a class gets of a replay: its arrivals, and what their rate looked like. */
export interface ClassReplay extends LoadShape {
  readonly arrivals: readonly TraceRow[];
}

/** Stretches that the evidence compares: long enough for some requests, few enough to be looked at. */
const shortestStretchSeconds = 10;
const mostStretches = 24;

/** Deals the arrivals of a replay out to the classes, each by lot with the shares of the mix. */
export function planReplay(
  replay: Replay,
  mix: Mix,
  seed: number,
): Partial<Record<TrafficClass, ClassReplay>> {
  const dealt = new Map<TrafficClass, TraceRow[]>();
  for (const [index, row] of replay.arrivals.entries()) {
    const name = drawClass(mix, randomOf(seed, 'replay-class', index)());
    const rows = dealt.get(name);
    if (rows === undefined) dealt.set(name, [row]);
    else rows.push(row);
  }
  return Object.fromEntries(
    [...dealt].map(([name, arrivals]) => [
      name,
      { arrivals, ...meanRates(arrivals, replay.durationSeconds) },
    ]),
  );
}

/** @param lot 0 ≤ lot < 1 */
function drawClass(mix: Mix, lot: number): TrafficClass {
  let left = lot * trafficClasses.reduce((sum, name) => sum + mix[name], 0);
  const withShare = trafficClasses.filter((name) => mix[name] > 0);
  return (
    withShare.find((name) => {
      left -= mix[name];
      return left < 0;
    }) ??
    withShare.at(-1) ??
    'chat'
  );
}

function meanRates(arrivals: readonly TraceRow[], durationSeconds: number): LoadShape {
  const count = Math.max(1, Math.min(mostStretches, Math.floor(durationSeconds / shortestStretchSeconds)));
  // The last arrival lies at the very end, and is part of the last stretch.
  const seconds = Math.max(durationSeconds, 1e-3) / count;
  const counts = new Array<number>(count).fill(0);
  for (const { atSeconds } of arrivals) {
    const index = Math.min(count - 1, Math.floor(atSeconds / seconds));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return stepsShape(
    counts.map((arrived) => arrived / seconds),
    seconds,
  );
}
