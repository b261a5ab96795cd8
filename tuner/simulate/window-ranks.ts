import type { RequestClass } from '../contracts/component.ts';
import type { Evidence, Series } from '../contracts/evidence.ts';
import { seededRandom } from '../stats/seeded-random.ts';

/** At which share of a bucket's requests its latency is read, bucket by bucket; 0.95 where nothing is said. */
export interface WindowRanks {
  readonly firstToken: Readonly<Partial<Record<RequestClass, ArrayLike<number>>>>;
  readonly queueWait: ArrayLike<number>;
}

const reportedQuantile = 0.95;

/**
 * Where the recorded p95 of each window lies among all the requests that could have come in it.
 *
 * A recording's p95 is by nearest rank: of a dozen requests it is the largest. The k-th of n of a distribution lies
 * at about k / (n + 1) of it, above or below by luck, so that of twenty requests is rather their p90. The rank is
 * drawn, so that the mean over windows is that of k-th ones (the quantile at the mean rank would be too low where
 * few are very late), and draws lie as far apart as luck makes them.
 *
 * @param evidence of a version that does not count requests by window gives 0.95 throughout
 */
export function windowRanks({ timeline }: Evidence, seed: number): WindowRanks {
  const random = seededRandom(seed);
  const ranks = (counts: Series | null | undefined) =>
    (counts?.values ?? []).map((count) => (count === null ? reportedQuantile : rankOfP95(count, random)));
  const counts = Object.entries(timeline.timeToFirstTokenCount ?? {});
  return {
    firstToken: Object.fromEntries(counts.map(([name, series]) => [name, ranks(series)])),
    queueWait: ranks(timeline.queueWaitCount),
  };
}

/**
 * The nearest-rank p95 of `count` numbers that are drawn evenly from 0 to 1: a draw of Beta(k, count + 1 − k), k = ⌈0.95 count⌉,
 * from the largest downwards.
 *
 * @see Devroye, Non-Uniform Random Variate Generation (1986), V.3
 */
export function rankOfP95(count: number, random: () => number): number {
  const rank = Math.max(1, Math.ceil(reportedQuantile * count));
  let drawn = 1;
  for (let left = count; left >= rank; left--) drawn *= random() ** (1 / left);
  return count < 1 ? reportedQuantile : drawn;
}

export function rankAt(ranks: ArrayLike<number> | undefined, bucket: number): number {
  return ranks?.[bucket] ?? reportedQuantile;
}
