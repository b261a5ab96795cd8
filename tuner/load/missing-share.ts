import type { LoadPlan } from '../contracts/load-plan.ts';
import { edgesOf, plannedSeconds, rateAround } from './load-marks.ts';

/**
 * Arrivals of a plan after a moment, of all its arrivals: what goes missing when everything ends there.
 *
 * @param fromSeconds since the plan's second 0; before it, all are still to come
 * @returns 0–1; 0 for a plan without arrivals
 * @example one rate over 100 s, fromSeconds 75 // 0.25
 */
export function shareAfter(plan: LoadPlan, fromSeconds: number): number {
  const all = arrivalsBetween(plan, 0, plannedSeconds(plan));
  return all === 0 ? 0 : arrivalsBetween(plan, Math.max(0, fromSeconds), plannedSeconds(plan)) / all;
}

/** Area under the planned rate, by trapezoids between the moments at which it bends or jumps. */
function arrivalsBetween(plan: LoadPlan, from: number, to: number): number {
  if (from >= to) return 0;
  const inner = edgesOf(plan.scenarios).filter((edge) => edge > from && edge < to);
  const edges = [from, ...inner, to];
  let sum = 0;
  for (const [index, end] of edges.entries()) {
    const begin = edges[index - 1];
    if (begin === undefined) continue;
    for (const scenario of plan.scenarios) {
      const rates = rateAround(scenario, begin, 'after') + rateAround(scenario, end, 'before');
      sum += ((end - begin) * rates) / 2;
    }
  }
  return sum;
}
