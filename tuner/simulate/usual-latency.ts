import { cumulativeStdNormalProbability, quantile } from 'simple-statistics';
import type { Distribution } from '../contracts/estimate.ts';
import type { Series } from '../contracts/evidence.ts';
import { logNormalThrough } from '../stats/log-normal.ts';
import type { LogNormal, ServiceModel } from './model.ts';

/** Of a run's windows the quietest fifth is taken to be undisturbed: its load begins low, or ends so. */
const quietShare = 0.2;
const millisecondsPerSecond = 1000;

/**
 * What a latency is when nothing waits, from a run in which much did wait.
 *
 * The low end is the run's own fifth percentile, the high end the p95 of its quiet windows.
 *
 * @param milliseconds over the whole run
 * @param windows p95 per window, milliseconds
 */
export function usualLatency(milliseconds: Distribution, windows: Series | null | undefined): LogNormal {
  const known = (windows?.values ?? []).filter((value) => value !== null && value > 0) as number[];
  const quiet = known.length === 0 ? milliseconds.p95 : quantile(known, quietShare);
  const high = Math.min(Math.max(quiet, milliseconds.p05), milliseconds.p95);
  return logNormalThrough(
    Math.max(milliseconds.p05, 1) / millisecondsPerSecond,
    Math.max(high, 1) / millisecondsPerSecond,
  );
}

/** A latency when nothing waits, log-normal through the 5th and 95th percentile of undisturbed requests. */
export function undisturbedLogNormal({ p05, p95 }: Distribution): LogNormal {
  return logNormalThrough(Math.max(p05, 1) / millisecondsPerSecond, Math.max(p95, 1) / millisecondsPerSecond);
}

/** A service time as the simulator needs it, log-normal through its 5th and 95th percentile. */
export function serviceModel(seconds: Distribution, graceSeconds: number): ServiceModel {
  const meanSeconds = Math.max(seconds.mean, 0.01);
  const { sigma } = logNormalThrough(Math.max(seconds.p05, 0.005), Math.max(seconds.p95, 0.005));
  return {
    meanSeconds,
    squaredVariation: Math.min(4, Math.exp(sigma * sigma) - 1),
    outlivesGraceRatio: outlivesGraceRatio(meanSeconds, sigma, graceSeconds),
  };
}

/**
 * Share of the requests in service at a random moment that are not done a grace later.
 *
 * What remains of a service that is under way at a random moment is longer than g with probability
 * E[(S - g)+] / E[S] (renewal theory); for a log-normal S that is the Black-Scholes integral.
 */
export function outlivesGraceRatio(meanSeconds: number, sigma: number, graceSeconds: number): number {
  if (graceSeconds <= 0) return 1;
  if (sigma < 1e-6) return Math.max(0, 1 - graceSeconds / meanSeconds);
  const distance = (Math.log(graceSeconds / meanSeconds) + (sigma * sigma) / 2) / sigma;
  const above =
    cumulativeStdNormalProbability(sigma - distance) -
    (graceSeconds / meanSeconds) * cumulativeStdNormalProbability(-distance);
  return Math.min(1, Math.max(0, above));
}
