import { Histogram } from './histogram.ts';
import type { SecondRange } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';

/** A quantile of fewer says little. */
const fewestRequests = 10;
/** One-sided 10 %: a stretch whose mean lies above by more standard errors than this is slower, not unlucky. */
const mostStandardErrors = 1.28;
/** A stretch that begins with what an overload left behind has a few slow ones: its mean shows less of it than its spread. */
const mostTimesVariance = 4;
/** However few requests there are to tell it by, one this much slower is not the same. */
const mostTimesSlower = 1.15;

/**
 * The stretches in which nothing waited, as far as a latency tells: the one with the lowest mean, and all whose means
 * are not told from it.
 *
 * Waiting only ever adds. The fastest stretch alone would be the fastest by luck as well, since it is picked for it: of 20 to 30
 * requests in each, its p95 was 860 ms where 700 more that nothing disturbed either had 1060 ms. The mean, since a median does
 * not show what the stretch before left behind.
 *
 * @param latency of the requests that ended successfully in a range, in any unit
 * @returns empty without a stretch of at least ten requests
 */
export function calmRanges(
  stretches: readonly Stretch[],
  latency: (range: SecondRange) => Histogram,
): SecondRange[] {
  const candidates = stretches
    .map(({ fromSeconds, toSeconds }) => {
      const range = { from: Math.round(fromSeconds), to: Math.round(toSeconds) };
      return { range, seen: latency(range) };
    })
    .filter(({ seen }) => seen.count >= fewestRequests)
    .sort((a, b) => a.seen.mean - b.seen.mean);
  const calm = new Histogram();
  const ranges: SecondRange[] = [];
  for (const { range, seen } of candidates) {
    if (ranges.length > 0 && isSlower(seen, calm)) break;
    calm.addAll(seen);
    ranges.push(range);
  }
  return ranges;
}

function isSlower(seen: Histogram, calm: Histogram): boolean {
  const error = Math.sqrt(seen.variance / seen.count + calm.variance / calm.count);
  if (seen.variance > mostTimesVariance * calm.variance) return true;
  return seen.mean > calm.mean + mostStandardErrors * error || seen.mean > mostTimesSlower * calm.mean;
}

/** All samples of several ranges, as one histogram. */
export function histogramOver(
  ranges: readonly SecondRange[],
  samples: (range: SecondRange) => Histogram,
): Histogram {
  const merged = new Histogram();
  for (const range of ranges) merged.addAll(samples(range));
  return merged;
}
