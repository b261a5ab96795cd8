import { errorFunction, probit } from 'simple-statistics';

/** Spread of a positive quantity whose logarithm is normal; `sigma` 0 is a constant. */
export interface LogNormalSpread {
  readonly median: number;
  readonly sigma: number;
}

/**
 * Share of values at or below `value`.
 *
 * @returns 0–1; a constant jumps from 0 to 1 at its median
 * @example logNormalShareBelow({ median: 2, sigma: 0.5 }, 2) // 0.5
 */
export function logNormalShareBelow({ median, sigma }: LogNormalSpread, value: number): number {
  if (value <= 0) return 0;
  if (sigma === 0) return value >= median ? 1 : 0;
  return (1 + errorFunction(Math.log(value / median) / (sigma * Math.SQRT2))) / 2;
}

/**
 * The value that a share of all values lies below.
 *
 * @param share 0–1, exclusive
 * @example logNormalQuantile({ median: 2, sigma: 0.5 }, 0.5) // 2
 */
export function logNormalQuantile({ median, sigma }: LogNormalSpread, share: number): number {
  return median * Math.exp(sigma * probit(share));
}

/**
 * The log-normal through two quantiles.
 *
 * @param low value below which 5 % lie; raised to a thousandth of `high` where it is not positive
 * @param high value below which 95 % lie, > 0
 * @example logNormalThrough(1, 4).median // 2
 */
export function logNormalThrough(low: number, high: number): LogNormalSpread {
  const bottom = Math.min(high, Math.max(low, high / 1000));
  return { median: Math.sqrt(bottom * high), sigma: Math.log(high / bottom) / (2 * probit(0.95)) };
}
