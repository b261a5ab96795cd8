import { logNormalShareBelow } from '../stats/log-normal.ts';
import type { LogNormal } from './model.ts';
import type { UsualTime } from './usual-time.ts';

/**
 * Delays on top of what a request takes when nothing waits, as weights in bins.
 *
 * Bin 0 is no delay at all. From 4 ms to 18 h each octave is cut into eight bins of equal width, which stand for
 * their middle (error at most 5.6 %, on the delay alone): the exponent and the first three bits of a float.
 */
const lowestSeconds = 2 ** -8;
const binsPerOctave = 8;
const octaves = 24;
export const delayBins = 1 + octaves * binsPerOctave;
const highestSeconds = lowestSeconds * 2 ** octaves;

const float = new Float64Array(1);
const bits = new Uint32Array(float.buffer);
/** Little-endian on every platform that Node runs on: the second word holds sign, exponent and first digits. */
const highWord = 1;
const droppedBits = 20 - Math.log2(binsPerOctave);
const firstBin = (wordOf(lowestSeconds) >>> droppedBits) - 1;

function wordOf(seconds: number): number {
  float[0] = seconds;
  return bits[highWord] as number;
}

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

/** Conditional means of the exponential between its quantiles at 0, .5, .8 and .95, less its mean; their weights. */
const partOffsets = Float64Array.of(-Math.LN2, 0.0834, 1.1466, 2.9957);
const partWeights = Float64Array.of(0.5, 0.3, 0.15, 0.05);

/** A delay with chance around it: mean and standard deviation, seconds. */
export interface UncertainDelay {
  mean: number;
  deviation: number;
}

export const noDelay: Readonly<UncertainDelay> = { mean: 0, deviation: 0 };

/** More makes the shortest part of the spread negative. */
const mostOfSpread = 1.44;

/** A delay is taken never to be more deviations above its mean. */
const mostDeviations = 4;

export function mostOf({ mean, deviation }: Readonly<UncertainDelay>): number {
  return mean + mostDeviations * deviation;
}

/** A spread of less than this of its mean is within the width of a bin; of a few milliseconds, nobody sees it. */
const narrow = 0.05;
const narrowSeconds = 0.008;

/**
 * A delay with a spread around its mean: the exponential in four parts, drawn together towards the mean.
 *
 * @param delay as that of an exponential, its deviation is its mean
 * @param most it never is above this
 */
export function addSpreadDelay(
  histogram: DelayHistogram,
  weight: number,
  { mean, deviation }: Readonly<UncertainDelay>,
  most: number,
): void {
  if (deviation < narrow * mean || deviation < narrowSeconds) {
    addDelay(histogram, mean, weight);
    return;
  }
  if (deviation > mostOfSpread * mean) {
    // Most have none of it, a few have much: those an exponential, so that mean and deviation are right.
    const ofSome = (mean * mean + deviation * deviation) / (2 * mean);
    const share = mean / ofSome;
    addDelay(histogram, 0, (1 - share) * weight);
    addSpreadDelay(histogram, share * weight, { mean: ofSome, deviation: ofSome }, most);
    return;
  }
  const { weights } = histogram;
  let { total } = histogram;
  let bin = 0;
  for (let part = 0; part < partOffsets.length; part++) {
    const added = (partWeights[part] as number) * weight;
    bin = binOf(Math.min(most, mean + (partOffsets[part] as number) * deviation));
    weights[bin] = (weights[bin] as number) + added;
    total += added;
  }
  histogram.total = total;
  // The parts ascend, so that the last has the highest bin.
  if (bin > histogram.top) histogram.top = bin;
}

/** Moves all weights of one histogram to another. */
export function emptyInto(into: DelayHistogram, from: DelayHistogram): void {
  for (let bin = 0; bin <= from.top; bin++) {
    into.weights[bin] = (into.weights[bin] as number) + (from.weights[bin] as number);
    from.weights[bin] = 0;
  }
  into.total += from.total;
  into.top = Math.max(into.top, from.top);
  from.total = 0;
  from.top = 0;
}

export function delayOfBin(bin: number): number {
  if (bin === 0) return 0;
  const octave = Math.floor((bin - 1) / binsPerOctave);
  const place = (bin - 1) % binsPerOctave;
  return lowestSeconds * 2 ** octave * (1 + (place + 0.5) / binsPerOctave);
}

function binOf(seconds: number): number {
  if (seconds < lowestSeconds) return 0;
  if (seconds >= highestSeconds) return delayBins - 1;
  float[0] = seconds;
  return ((bits[highWord] as number) >>> droppedBits) - firstBin;
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
