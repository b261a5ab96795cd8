import { type Poll, startPoll } from './poll.ts';
import { reasonOf, type SourceContext, type WatchedSource } from './source.ts';

/** How often a source's last state is written again although nothing changed. */
const repeatSeconds = { pods: 5, others: 15 };

/**
 * Asks the API server every few seconds whether it is there. While it is, what the watches know is written again from
 * time to time, so that a flat line can be told from a dead watch; while it is not, they are all silent: a frozen API
 * server keeps its connections open and says nothing.
 */
export function repeatWhileAlive(
  context: SourceContext,
  watched: readonly WatchedSource[],
  everyMs = repeatSeconds.pods * 1_000,
): Poll {
  const { cluster, clock, gaps, signal } = context;
  return startPoll({
    everyMs,
    signal,
    async read() {
      await cluster.api.get('/version', { signal, timeoutMs: 4_000 });
      for (const source of watched.filter((each) => each.isUp())) {
        gaps.heard(source.name);
        const period = source.name.startsWith('pods') ? repeatSeconds.pods : repeatSeconds.others;
        // Half a poll early rather than a whole one late.
        source.repeat(clock.nowSeconds() - period + everyMs / 2_000);
      }
    },
    onFailure(thrown) {
      for (const { name } of watched) gaps.silent(name, reasonOf(thrown));
    },
  });
}
