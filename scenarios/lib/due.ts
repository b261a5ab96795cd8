import type { PlannedScenario } from '../../tuner/contracts/load-plan.ts';

type Stages = Pick<PlannedScenario, 'startArrivalsPerSecond' | 'stages'>;

/**
 * When an arrival of an evenly spaced scenario is due: when the area under the rate reaches its number + 1. The
 * same as scenarios/extension/arrivals, for a k6 without it.
 *
 * @param arrival over all runners, from 0
 * @returns seconds since the scenario's start; its end for an arrival beyond it
 * @example dueSeconds({ startArrivalsPerSecond: 2, stages: [{ durationSeconds: 9, arrivalsPerSecond: 2 }] }, 0) // 0.5
 */
export function dueSeconds(scenario: Stages, arrival: number): number {
  return secondsAtArea(scenario, arrival + 1);
}

/**
 * When the area under the rate reaches some arrivals.
 *
 * @returns seconds since the scenario's start; its end for an area beyond the whole
 */
export function secondsAtArea({ startArrivalsPerSecond, stages }: Stages, arrivals: number): number {
  let left = arrivals;
  let from = startArrivalsPerSecond;
  let beganAt = 0;
  for (const { durationSeconds, arrivalsPerSecond: to } of stages) {
    const area = (durationSeconds * (from + to)) / 2;
    if (left <= area) return beganAt + secondsUntil(left, { from, to, durationSeconds });
    left -= area;
    from = to;
    beganAt += durationSeconds;
  }
  return beganAt;
}

/** Seconds after which the area under a straight rate reaches `area`. */
function secondsUntil(
  area: number,
  { from, to, durationSeconds }: { from: number; to: number; durationSeconds: number },
): number {
  if (from === to) return area / to;
  const root = Math.sqrt(
    Math.max(0, durationSeconds * (from * from * durationSeconds + 2 * area * (to - from))),
  );
  return (from * durationSeconds - root) / (from - to);
}
