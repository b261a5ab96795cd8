import { GrowingInts } from './growing-array.ts';

/** What is kept for samples of 0 and below, which have no bin. */
export const zeroBin = -(2 ** 15);

/** Two bytes hold the bins of 2^±511, and counts that are split where they are larger. */
const lowest = zeroBin + 1;
const highest = 2 ** 15 - 1;
const mostAtOnce = 2 ** 16 - 1;

/**
 * Histogram bins of one series, kept by second: what a stretch of a run holds is found without a look at the rest of it.
 * Late samples come in any order, so the order is made at the first question, and what was collected is given up.
 */
export class BinsBySecond {
  #collected = new Collected();
  #ordered: Ordered | null = null;

  /** @param bin of binIndex, or zeroBin */
  add(second: number, bin: number, count: number): void {
    if (this.#ordered !== null) this.#reopen();
    this.#collected.add(second, bin, count);
  }

  /** Calls `visit` for the bins of each second from `from` to before `to`, the seconds in order. */
  each(from: number, to: number, visit: (bin: number, count: number, second: number) => void): void {
    if (this.#ordered === null) {
      this.#ordered = order(this.#collected);
      this.#collected = new Collected();
    }
    const { starts, bins, counts } = this.#ordered;
    const first = Math.max(0, Math.ceil(from));
    const end = Math.min(starts.length - 1, Math.ceil(to));
    for (let second = first; second < end; second++) {
      const behind = starts[second + 1] ?? 0;
      for (let at = starts[second] ?? 0; at < behind; at++) visit(bins[at] ?? 0, counts[at] ?? 0, second);
    }
  }

  #reopen(): void {
    const collected = new Collected();
    this.each(0, Number.POSITIVE_INFINITY, (bin, count, second) => collected.add(second, bin, count));
    this.#collected = collected;
    this.#ordered = null;
  }
}

/** In order of arrival. */
class Collected {
  readonly seconds = new GrowingInts((length) => new Int32Array(length));
  readonly bins = new GrowingInts((length) => new Int16Array(length));
  readonly counts = new GrowingInts((length) => new Uint16Array(length));

  add(second: number, bin: number, count: number): void {
    for (let left = count; left > 0; left -= mostAtOnce) {
      this.seconds.push(second);
      this.bins.push(bin === zeroBin ? bin : Math.min(highest, Math.max(lowest, bin)));
      this.counts.push(Math.min(left, mostAtOnce));
    }
  }
}

interface Ordered {
  /** Where each second's bins begin; one more than there are seconds. */
  readonly starts: Int32Array;
  readonly bins: Int16Array;
  readonly counts: Uint16Array;
}

/** Counting sort by second. */
function order({ seconds, bins, counts }: Collected): Ordered {
  let last = -1;
  for (let at = 0; at < seconds.length; at++) last = Math.max(last, seconds.at(at));
  const starts = new Int32Array(last + 2);
  for (let at = 0; at < seconds.length; at++)
    starts[seconds.at(at) + 1] = (starts[seconds.at(at) + 1] ?? 0) + 1;
  for (let second = 0; second <= last; second++)
    starts[second + 1] = (starts[second + 1] ?? 0) + (starts[second] ?? 0);
  const next = starts.slice();
  const sorted = { starts, bins: new Int16Array(seconds.length), counts: new Uint16Array(seconds.length) };
  for (let at = 0; at < seconds.length; at++) {
    const place = next[seconds.at(at)] ?? 0;
    sorted.bins[place] = bins.at(at);
    sorted.counts[place] = counts.at(at);
    next[seconds.at(at)] = place + 1;
  }
  return sorted;
}
