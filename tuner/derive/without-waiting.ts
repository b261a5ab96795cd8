import { probit } from 'simple-statistics';
import type { Distribution } from '../contracts/estimate.ts';
import { logNormalQuantile } from '../stats/log-normal.ts';

/**
 * A wait as it is when there is nothing to wait for, from requests of which the slower half had to.
 *
 * Waiting only ever adds: what lies below the median is taken as it is, and the values above for no further from it (log-normal).
 */
export function mirrored(wait: Distribution): Distribution {
  return capped(wait, wait.p50, Math.log(ratio(wait.p50, wait.p05)) / probit(0.95));
}

/**
 * A time with what some requests waited in it taken off: the fastest twentieth of them did not, and the mean is known.
 * The quantiles are those of the log-normal with that low end and that mean, as far as they are below those given.
 *
 * @param mean of the time without the waits, in the same unit
 */
export function withoutWaits(time: Distribution, mean: number): Distribution {
  const low = Math.min(time.p05, mean);
  const deviations = probit(0.95);
  // ln(mean / low) = deviations · sigma + sigma² / 2
  const sigma = Math.sqrt(deviations ** 2 + 2 * Math.log(ratio(mean, low))) - deviations;
  return { ...capped(time, low * Math.exp(deviations * sigma), sigma), mean };
}

function ratio(high: number, low: number): number {
  return low > 0 ? Math.max(1, high / low) : 1;
}

function capped(values: Distribution, median: number, sigma: number): Distribution {
  const at = (share: number, seen: number) =>
    Math.max(values.p05, Math.min(seen, logNormalQuantile({ median, sigma }, share)));
  const p99 = at(0.99, values.p99);
  return {
    ...values,
    mean: Math.min(values.mean, median * Math.exp(sigma ** 2 / 2)),
    p50: at(0.5, values.p50),
    p95: at(0.95, values.p95),
    p99,
    max: Math.min(values.max, p99),
  };
}
