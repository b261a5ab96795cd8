/**
 * How many of a number of requests end in a second: a count around its mean, not negative.
 *
 * For means below 1 the spread is cut so that little falls below 0, which would pull the mean up.
 *
 * @param luck standard normal
 */
export function drawEnded(mean: number, variance: number, luck: number): number {
  const drawn = mean + Math.min(Math.sqrt(variance), mean) * luck;
  return drawn > 0 ? drawn : 0;
}
