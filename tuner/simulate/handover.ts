import type { UncertainDelay } from './delay-histogram.ts';
import { ringMask, ringSeconds } from './fifo-queue.ts';

/**
 * Runs on their way from the API into the queue: how many, and how long they had been under way by then.
 *
 * Delays of different length are kept apart: most runs meet next to none while others wait for a slot of their pod.
 */
export interface Handover {
  /** With those whose client has left: nobody is interested in their delays. */
  count: number;
  gone: number;
  /** By length: how many, and over them the sums of their delays and of the squares of these, seconds. */
  readonly counts: Float64Array;
  readonly delays: Float64Array;
  readonly squares: Float64Array;
}

export const delayLengths = 4;

function lengthOf(seconds: number): number {
  if (seconds < 0.1) return 0;
  if (seconds < 0.4) return 1;
  return seconds < 1.6 ? 2 : 3;
}

export function createHandover(): Handover {
  const column = () => new Float64Array(delayLengths);
  return { count: 0, gone: 0, counts: column(), delays: column(), squares: column() };
}

export function clearHandover(handover: Handover): void {
  const { counts, delays, squares } = handover;
  if (handover.count === 0) return;
  handover.count = 0;
  handover.gone = 0;
  for (let length = 0; length < delayLengths; length++) {
    counts[length] = 0;
    delays[length] = 0;
    squares[length] = 0;
  }
}

export function handOver(handover: Handover, count: number, mean: number, deviation: number): void {
  const { counts, delays, squares } = handover;
  const length = lengthOf(mean);
  handover.count += count;
  counts[length] = (counts[length] as number) + count;
  delays[length] = (delays[length] as number) + count * mean;
  squares[length] = (squares[length] as number) + count * (mean * mean + deviation * deviation);
}

/** `count` runs whose client has left. */
export function handOverGone(handover: Handover, count: number): void {
  handover.count += count;
  handover.gone += count;
}

/** Of runs with delays of one length, mean and deviation, among pods and on each of them; 0 where there are none. */
export function delayOf({ counts, delays, squares }: Handover, length: number): UncertainDelay {
  const count = counts[length] as number;
  const mean = count > 0 ? (delays[length] as number) / count : 0;
  delayNow.mean = mean;
  delayNow.deviation =
    count > 0 ? Math.sqrt(Math.max(0, (squares[length] as number) / count - mean * mean)) : 0;
  return delayNow;
}

/** Reused. */
const delayNow: UncertainDelay = { mean: 0, deviation: 0 };

/** What runs had met that came to a queue, by the second in which they came and the length of it; rings. */
export interface DelaysBefore {
  /** Of those that came in each second, the share whose client had left. */
  readonly gone: Float64Array;
  readonly shares: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

export function createDelaysBefore(): DelaysBefore {
  const ring = () => new Float64Array(ringSeconds * delayLengths);
  return { gone: new Float64Array(ringSeconds), shares: ring(), means: ring(), deviations: ring() };
}

/** Where runs of second `at` with delays of a length stand in the rings. */
export function placeBefore(at: number, length: number): number {
  return (at & ringMask) * delayLengths + length;
}

export function keepDelays(before: DelaysBefore, at: number, come: Handover): void {
  const { gone, shares, means, deviations } = before;
  gone[at & ringMask] = come.count > 0 ? come.gone / come.count : 0;
  for (let length = 0; length < delayLengths; length++) {
    const place = placeBefore(at, length);
    const { mean, deviation } = delayOf(come, length);
    shares[place] = come.count > 0 ? (come.counts[length] as number) / come.count : 0;
    means[place] = mean;
    deviations[place] = deviation;
  }
  // Who came so long ago that the rings forgot when is told by any second, this one too.
  if (come.count === 0) shares[placeBefore(at, 0)] = 1;
}
