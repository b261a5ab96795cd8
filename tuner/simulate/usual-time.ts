import { type LogNormalSpread, logNormalQuantile, logNormalShareBelow } from '../stats/log-normal.ts';

/** A log-normal with its distribution function in a table, for the many look-ups of a bisection. */
export interface UsualTime {
  /** Above which nothing lies, for all practical purposes. */
  readonly highestSeconds: number;
  readonly shareBelow: (seconds: number) => number;
  readonly quantile: (share: number) => number;
}

const cells = 512;
const deviations = 5;

/**
 * Time that a request takes when nothing waits.
 *
 * Shares are interpolated between 512 points over ± 5 deviations of the logarithm: exact to 0.0002.
 */
export function createUsualTime(spread: LogNormalSpread): UsualTime {
  const { median, sigma } = spread;
  const width = Math.max(sigma, 1e-6) * deviations;
  const lowest = median * Math.exp(-width);
  const highest = median * Math.exp(width);
  const scale = cells / (highest - lowest);
  const table = Float64Array.from({ length: cells + 2 }, (_, cell) =>
    logNormalShareBelow(spread, lowest + cell / scale),
  );
  return {
    highestSeconds: highest,
    quantile: (share) => logNormalQuantile(spread, share),
    shareBelow(seconds) {
      if (seconds <= lowest) return 0;
      if (seconds >= highest) return 1;
      const at = (seconds - lowest) * scale;
      const cell = at | 0;
      const left = table[cell] as number;
      return left + (at - cell) * ((table[cell + 1] as number) - left);
    },
  };
}
