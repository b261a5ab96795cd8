import type { Gap } from '../contracts/estimate.ts';

/**
 * Gaps as they ended: a gap that closed was written twice, the second time with its end.
 *
 * @param lines gap lines of a cluster.ndjson in the order they were written
 */
export function mergeGaps(lines: Iterable<Gap>): Gap[] {
  const gaps = new Map<string, Gap>();
  for (const { source, fromSeconds, toSeconds, reason } of lines) {
    gaps.set(`${source} ${fromSeconds}`, { source, fromSeconds, toSeconds, reason });
  }
  return [...gaps.values()];
}
