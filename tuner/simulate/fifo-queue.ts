/**
 * Queues, first in, first out, of amounts instead of objects: how many came up to the end of each of the last
 * seconds, and how many of them have left.
 *
 * Arrivals and departures are taken to be even within a second, so waits are exact below a second as well. Who has
 * waited longer than the ring remembers counts as having waited that long.
 */
export interface FifoQueues {
  /** Came up to the beginning of each second: a ring per queue. */
  readonly entered: Float64Array;
  /** Second of the first that waits, and how many have left, per queue. */
  readonly oldest: Int32Array;
  readonly left: Float64Array;
  /** Those that left in the last call, in parts that came in the same second. */
  readonly parts: {
    count: number;
    readonly second: Int32Array;
    readonly wait: Float64Array;
    readonly weight: Float64Array;
  };
}

/** A power of two, so that a second's place in the ring is taken by a mask. */
export const ringSeconds = 256;
export const ringMask = ringSeconds - 1;

/** Where second `at` stands in the ring of a queue, or of a pod. */
export function ringPlace(queue: number, at: number): number {
  return queue * ringSeconds + (at & ringMask);
}
/** Less is rounding. */
const nothing = 1e-9;

export function createFifoQueues(queues: number): FifoQueues {
  return {
    entered: new Float64Array(queues * ringSeconds),
    oldest: new Int32Array(queues),
    left: new Float64Array(queues),
    parts: {
      count: 0,
      second: new Int32Array(ringSeconds),
      wait: new Float64Array(ringSeconds),
      weight: new Float64Array(ringSeconds),
    },
  };
}

/** Empties a queue; from second `at` on it counts anew. */
export function clearQueue(queues: FifoQueues, queue: number, at: number): void {
  queues.entered[queue * ringSeconds + (at & ringMask)] = 0;
  queues.oldest[queue] = at;
  queues.left[queue] = 0;
}

/** `count` come in second `at`; to be called for every second. */
export function enterQueue(queues: FifoQueues, queue: number, at: number, count: number): void {
  const { entered, oldest } = queues;
  const ring = queue * ringSeconds;
  entered[ring + ((at + 1) & ringMask)] = (entered[ring + (at & ringMask)] as number) + count;
  const forgotten = at + 2 - ringSeconds;
  if ((oldest[queue] as number) < forgotten) oldest[queue] = forgotten;
}

/**
 * `count` leave in second `at`, the longest-waiting first; their waits are in `parts`.
 *
 * @param count at most as many as there are
 */
export function leaveQueue(queues: FifoQueues, queue: number, at: number, count: number): void {
  const { entered, oldest, left, parts } = queues;
  const ring = queue * ringSeconds;
  const first = left[queue] as number;
  const last = first + count;
  let second = oldest[queue] as number;
  let done = first;
  parts.count = 0;
  while (done < last - nothing) {
    while (second < at && (entered[ring + ((second + 1) & ringMask)] as number) <= done + nothing) second++;
    const from = entered[ring + (second & ringMask)] as number;
    const to = entered[ring + ((second + 1) & ringMask)] as number;
    const upTo = second === at ? last : Math.min(last, to);
    const middle = (done + upTo) / 2;
    const cameAt = second + (middle - from) / Math.max(to - from, nothing);
    const leftAt = at + (middle - first) / count;
    parts.second[parts.count] = second;
    parts.wait[parts.count] = Math.max(0, leftAt - cameAt);
    parts.weight[parts.count] = upTo - done;
    parts.count++;
    done = upTo;
  }
  oldest[queue] = second;
  left[queue] = last;
}
