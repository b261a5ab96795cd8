import { meetsObjectives, type Tried } from './search.ts';

/**
 * Costs within this ratio are the same, unless a rule knows better: the same settings cost up to 5 % more or less on
 * another recording of the same world.
 */
const usualSameCostRatio = 0.05;
/** Violated minutes within this, or within both intervals, are the same. */
const sameMinutes = 0.25;

/** Whether two outcomes cannot be told apart: alike in meeting the objectives, in minutes and in cost. */
export function isSame(
  a: Tried,
  b: Tried,
  allowedMinutes: number,
  sameCostRatio = usualSameCostRatio,
): boolean {
  if (meetsObjectives(a, allowedMinutes) !== meetsObjectives(b, allowedMinutes)) return false;
  const cost = Math.abs(a.outcome.cost - b.outcome.cost);
  if (cost > sameCostRatio * Math.max(a.outcome.cost, b.outcome.cost)) return false;
  if (meetsObjectives(a, allowedMinutes)) return true;
  return Math.abs(a.outcome.violated.mean - b.outcome.violated.mean) <= sameMinutes;
}
