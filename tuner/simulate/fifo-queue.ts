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
  readonly parts: QueueParts;
}

/** Those that left in the last call, in parts that came in the same second. */
export interface QueueParts {
  count: number;
  readonly second: Int32Array;
  readonly wait: Float64Array;
  readonly weight: Float64Array;
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
      second: new Int32Array(ringSeconds + 4),
      wait: new Float64Array(ringSeconds + 4),
      weight: new Float64Array(ringSeconds + 4),
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

/** Those that leave a queue in a second. */
export interface Leaving {
  /** At most as many as there are. */
  readonly count: number;
  /** Of them, those for whom there is room from the beginning; room for the others comes evenly over the second. */
  readonly free: number;
}

/** Some leave in second `at`, the longest-waiting first; their waits are in `parts`. */
export function leaveQueue(queues: FifoQueues, queue: number, at: number, { count, free }: Leaving): void {
  const { entered, oldest, left, parts } = queues;
  const ring = queue * ringSeconds;
  const first = left[queue] as number;
  const last = first + count;
  let second = oldest[queue] as number;
  const atOnce = first + Math.max(0, free);
  const perRoom = 1 / Math.max(last - atOnce, nothing);
  let done = first;
  parts.count = 0;
  while (done < last - nothing) {
    while (second < at && (entered[ring + ((second + 1) & ringMask)] as number) <= done + nothing) second++;
    const from = entered[ring + (second & ringMask)] as number;
    const to = entered[ring + ((second + 1) & ringMask)] as number;
    const upTo = second === at ? last : Math.min(last, to);
    const perCome = 1 / Math.max(to - from, nothing);
    if (done < atOnce && atOnce < upTo) {
      addPart(parts, second, atOnce - done, at - second - ((done + atOnce) / 2 - from) * perCome);
      done = atOnce;
    }
    // Of those for whom room comes later, the first may find it, and the others wait.
    const shortest = at + Math.max(0, done - atOnce) * perRoom - second - (done - from) * perCome;
    const longest = at + Math.max(0, upTo - atOnce) * perRoom - second - (upTo - from) * perCome;
    if (shortest < 0 && longest > 0) {
      const waiting = ((upTo - done) * longest) / (longest - shortest);
      addPart(parts, second, upTo - done - waiting, 0);
      addPart(parts, second, waiting, longest / 2);
    } else addPart(parts, second, upTo - done, (shortest + longest) / 2);
    done = upTo;
  }
  oldest[queue] = second;
  left[queue] = last;
}

/**
 * Of those that wait, how many came before a moment. To be called when second `at` is over, for a moment up to then.
 *
 * @param moment not longer ago than the ring remembers
 */
export function waitingSince(queues: FifoQueues, queue: number, moment: number): number {
  const { entered, oldest, left } = queues;
  const second = Math.floor(moment);
  if (second < (oldest[queue] as number)) return 0;
  const ring = queue * ringSeconds;
  const from = entered[ring + (second & ringMask)] as number;
  const to = entered[ring + ((second + 1) & ringMask)] as number;
  return Math.max(0, from + (moment - second) * (to - from) - (left[queue] as number));
}

function addPart(parts: QueueParts, second: number, weight: number, wait: number): void {
  parts.second[parts.count] = second;
  parts.wait[parts.count] = Math.max(0, wait);
  parts.weight[parts.count] = weight;
  parts.count++;
}
