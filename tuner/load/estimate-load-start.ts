import { randomArrivalSeconds } from '../../scenarios/lib/random-arrivals.ts';
import type { LoadPlan, PlannedScenario } from '../contracts/load-plan.ts';
import { arrivalSeconds } from './load-marks.ts';

const stepSeconds = 0.02;

/**
 * How long after the start in load.ndjson the plan's second 0 was: k6 makes its VUs in between and does not say how
 * long that took. The arrivals themselves tell: of all delays, the one under which the plan has the most nearly the
 * recorded number of arrivals up to the end of each second, the middle one where several are equally near.
 *
 * @param starts arrivals that began in each second since the recorded start; half a minute of them is enough
 * @returns seconds, to about a tenth at some arrivals per second; null when none began
 */
export function estimateStartDelaySeconds(plan: LoadPlan, starts: readonly number[]): number | null {
  const firstSecond = starts.findIndex((count) => count > 0);
  if (firstSecond < 0) return null;
  const counts = plan.scenarios.map((scenario) =>
    arrivalCount(scenario, { seed: plan.seed, untilSeconds: starts.length }),
  );
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let step = 0; step * stepSeconds <= firstSecond + 1; step++) {
    const delay = step * stepSeconds;
    const distance = distanceTo(starts, (seconds) =>
      counts.reduce((sum, until) => sum + until(seconds - delay), 0),
    );
    if (distance < least) best = [];
    least = Math.min(least, distance);
    if (distance === least) best.push(delay);
  }
  return best[Math.floor(best.length / 2)] ?? null;
}

function distanceTo(starts: readonly number[], plannedUntil: (seconds: number) => number): number {
  let recorded = 0;
  let distance = 0;
  for (const [second, count] of starts.entries()) {
    recorded += count;
    distance += Math.abs(recorded - plannedUntil(second + 1));
  }
  return distance;
}

/**
 * Whole arrivals of a scenario up to a moment: those of its replay, those that were drawn, or else k6 sends one
 * whenever the area under the rate reaches a whole number.
 */
function arrivalCount(
  scenario: PlannedScenario,
  { seed, untilSeconds }: { seed: number; untilSeconds: number },
): (seconds: number) => number {
  if (scenario.arrivals !== undefined) {
    const replayed = arrivalSeconds(scenario).filter((atSeconds) => atSeconds <= untilSeconds);
    return (seconds) => countUntil(replayed, seconds);
  }
  if (scenario.arrivalSpacing === 'random') {
    const drawn = randomArrivalSeconds(scenario, seed, untilSeconds);
    return (seconds) => countUntil(drawn, seconds);
  }
  return (seconds) => Math.floor(area(scenario, seconds) + 1e-9);
}

/** @param ascending searched by halves */
function countUntil(ascending: readonly number[], seconds: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

function area({ startArrivalsPerSecond, stages }: PlannedScenario, seconds: number): number {
  let left = seconds;
  let rate = startArrivalsPerSecond;
  let sum = 0;
  for (const { durationSeconds, arrivalsPerSecond } of stages) {
    if (left <= 0) break;
    const part = Math.min(left, durationSeconds);
    const reached =
      durationSeconds === 0
        ? arrivalsPerSecond
        : rate + ((arrivalsPerSecond - rate) * part) / durationSeconds;
    sum += (part * (rate + reached)) / 2;
    left -= part;
    rate = arrivalsPerSecond;
  }
  return sum;
}
