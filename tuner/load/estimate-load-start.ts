import type { LoadPlan, PlannedScenario } from '../contracts/load-plan.ts';

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
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let step = 0; step * stepSeconds <= firstSecond + 1; step++) {
    const delay = step * stepSeconds;
    const distance = distanceTo(starts, (seconds) => plannedArrivals(plan, seconds - delay));
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

/** Whole arrivals of all scenarios up to a moment: k6 sends each when the area under its rate reaches a whole number. */
function plannedArrivals(plan: LoadPlan, seconds: number): number {
  return plan.scenarios.reduce((sum, scenario) => sum + Math.floor(area(scenario, seconds) + 1e-9), 0);
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
