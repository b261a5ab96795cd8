import { logNormalShareBelow } from '../stats/log-normal.ts';
import type { LogNormal } from './model.ts';
import type { UsualTime } from './usual-time.ts';

/**
 * Delays on top of what a request takes when nothing waits, as weights in logarithmic bins.
 *
 * Bin 0 is no delay at all; the others are an eighth of an octave wide, from 4 ms to 18 h, and stand for their
 * middle (error at most 4.4 %).
 */
const binsPerOctave = 8;
const lowestExponent = -8;
export const delayBins = 1 + 24 * binsPerOctave;

export interface DelayHistogram {
  readonly weights: Float64Array;
  /** Highest bin with a weight. */
  top: number;
  total: number;
}

export function createDelayHistogram(): DelayHistogram {
  return { weights: new Float64Array(delayBins), top: 0, total: 0 };
}

/** @param seconds ≥ 0; shorter than the first bin counts as none */
export function addDelay(histogram: DelayHistogram, seconds: number, weight: number): void {
  const bin = binOf(seconds);
  histogram.weights[bin] = (histogram.weights[bin] as number) + weight;
  histogram.total += weight;
  if (bin > histogram.top) histogram.top = bin;
}

/** A delay that is exponential around its mean, as four bins: conditional means of the quantiles at 0, .5, .8, .95. */
export function addExponentialDelay(histogram: DelayHistogram, mean: number, weight: number): void {
  addDelay(histogram, 0.307 * mean, 0.5 * weight);
  addDelay(histogram, 1.083 * mean, 0.3 * weight);
  addDelay(histogram, 2.147 * mean, 0.15 * weight);
  addDelay(histogram, 3.996 * mean, 0.05 * weight);
}

export function addHistogram(into: DelayHistogram, from: DelayHistogram): void {
  for (let bin = 0; bin <= from.top; bin++) {
    into.weights[bin] = (into.weights[bin] as number) + (from.weights[bin] as number);
  }
  into.total += from.total;
  into.top = Math.max(into.top, from.top);
}

export function clearHistogram(histogram: DelayHistogram): void {
  histogram.weights.fill(0, 0, histogram.top + 1);
  histogram.total = 0;
  histogram.top = 0;
}

export function delayOfBin(bin: number): number {
  return bin === 0 ? 0 : 2 ** (lowestExponent + (bin - 0.5) / binsPerOctave);
}

function binOf(seconds: number): number {
  if (seconds < 2 ** lowestExponent) return 0;
  const bin = 1 + Math.floor((Math.log2(seconds) - lowestExponent) * binsPerOctave);
  return bin < delayBins ? bin : delayBins - 1;
}

/**
 * For each bin, the share of requests with that delay whose whole time is above the limit.
 *
 * @param usual time when nothing waits, seconds
 */
export function sharesAbove(usual: LogNormal, limitSeconds: number): Float64Array {
  return Float64Array.from(
    { length: delayBins },
    (_, bin) => 1 - logNormalShareBelow(usual, limitSeconds - delayOfBin(bin)),
  );
}

/** Share of all requests above the limit that `shares` were made for; 0 without a request. */
export function shareAbove(histogram: DelayHistogram, shares: Float64Array): number {
  if (histogram.total <= 0) return 0;
  let above = 0;
  for (let bin = 0; bin <= histogram.top; bin++) {
    above += (histogram.weights[bin] as number) * (shares[bin] as number);
  }
  return above / histogram.total;
}

/**
 * Quantile of usual time plus delay, by bisection to 0.1 %.
 *
 * @returns seconds; null without a request
 */
export function quantileWithDelay(
  histogram: DelayHistogram,
  usual: UsualTime,
  quantile: number,
): number | null {
  const { total, top, weights } = histogram;
  if (total <= 0) return null;
  if (top === 0) return usual.quantile(quantile);
  let low = 0;
  let high = usual.highestSeconds + delayOfBin(top);
  while (high - low > 0.001 * high) {
    const middle = (low + high) / 2;
    let below = 0;
    for (let bin = 0; bin <= top; bin++) {
      const weight = weights[bin] as number;
      if (weight > 0) below += weight * usual.shareBelow(middle - delayOfBin(bin));
    }
    if (below < quantile * total) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
