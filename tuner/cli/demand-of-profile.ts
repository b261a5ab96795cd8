import { type RequestClass, requestClasses, trafficClasses } from '../contracts/component.ts';
import type { DemandConfig } from '../contracts/config.ts';
import type { Mix, Profile } from '../contracts/profile.ts';
import { planReplay } from '../load/plan-replay.ts';
import { profileArrivals } from '../load/profile-arrivals.ts';
import { readTrace } from '../load/read-trace.ts';
import { replayArrivals } from '../load/replay-arrivals.ts';

type Points = NonNullable<DemandConfig['points']>;
export type DemandByClass = Partial<Record<RequestClass, Points>>;

/**
 * The arrivals that a profile asks for, class by class; indexing is not simulated and left out.
 *
 * @throws TuneError what is wrong with the trace that it replays
 */
export function demandOfProfile(profile: Profile): DemandByClass {
  const replay = profile.shape?.replay;
  if (replay !== undefined) {
    const rows = replayArrivals(readTrace(replay.traceFile), replay, profile.seed);
    const dealt = planReplay(rows, profile.mix, profile.seed);
    return byClass((name) => demandOfArrivals(dealt[name]?.arrivals ?? [], rows.durationSeconds));
  }
  const whole = profileArrivals(profile);
  if (whole === null) return {};
  return byClass((name) => {
    let at = 0;
    const first = { at, arrivalsPerSecond: whole.startArrivalsPerSecond * shareOf(profile.mix, name) };
    const ends = whole.stages.flatMap(({ durationSeconds, arrivalsPerSecond, mix }) => {
      at += durationSeconds;
      return { at, arrivalsPerSecond: arrivalsPerSecond * shareOf(mix, name) };
    });
    return [first, ...ends];
  });
}

/** Classes without an arrival are left out. */
function byClass(pointsOf: (name: RequestClass) => Points): DemandByClass {
  return Object.fromEntries(
    requestClasses.flatMap((name) => {
      const points = pointsOf(name);
      return points.some(({ arrivalsPerSecond }) => arrivalsPerSecond > 0) ? [[name, points]] : [];
    }),
  );
}

function shareOf(mix: Mix, name: RequestClass): number {
  return mix[name] / trafficClasses.reduce((sum, one) => sum + mix[one], 0);
}

/** Arrivals of a trace are one draw; their mean over this is taken for the rate. */
const stepSeconds = 10;

/** The rate of arrivals at given moments, level within each step. @param durationSeconds default: to the last one */
export function demandOfArrivals(
  arrivals: readonly { readonly atSeconds: number }[],
  durationSeconds = arrivals.at(-1)?.atSeconds ?? 0,
): Points {
  const counts = new Array<number>(Math.max(1, Math.ceil(durationSeconds / stepSeconds))).fill(0);
  for (const { atSeconds } of arrivals) {
    const step = Math.min(counts.length - 1, Math.floor(atSeconds / stepSeconds));
    counts[step] = (counts[step] ?? 0) + 1;
  }
  return counts.flatMap((count, step) => {
    const arrivalsPerSecond = count / stepSeconds;
    return [
      { at: step * stepSeconds, arrivalsPerSecond },
      { at: (step + 1) * stepSeconds, arrivalsPerSecond },
    ];
  });
}
