import { z } from 'zod';
import { type Poll, startPoll } from './poll.ts';
import { reasonOf, type SourceContext } from './source.ts';

/** Body of GET /db-pool-stat, recorded from Dify API 1.12.1; it needs no key. */
const poolSchema = z.looseObject({
  pool_size: z.int(),
  checked_out_connections: z.int(),
  overflow_connections: z.int(),
});

/** The connection pool of whichever API process answers: a sample among replicas, not their sum. */
export function pollDbPool(context: SourceContext, everyMs = 5_000): Poll {
  const { clock, gaps, signal, target } = context;
  const url = `${target.url.replace(/\/$/, '')}/db-pool-stat`;
  return startPoll({
    everyMs,
    signal,
    async read() {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(4_000)]) });
      if (!response.ok) throw new Error(`GET ${url} answered ${response.status}`);
      const pool = poolSchema.parse(await response.json());
      context.write({
        type: 'postgres',
        atSeconds: clock.nowSeconds(),
        checkedOutConnections: pool.checked_out_connections,
        poolSize: pool.pool_size,
        overflowConnections: pool.overflow_connections,
      });
      gaps.heard('postgres');
    },
    onFailure: (thrown) => gaps.silent('postgres', `${url}: ${innermostReason(thrown)}`),
  });
}

/** fetch says only that it failed; its cause says why. */
function innermostReason(thrown: unknown): string {
  return thrown instanceof Error && thrown.cause !== undefined ? reasonOf(thrown.cause) : reasonOf(thrown);
}
