/** What a process tells about itself without a key: health, threads, database pool. */
import type { JsonReply } from '../wire/exchange.ts';
import type { Dify, Visit } from './dify.ts';

/** null when the request is for something else. */
export function replyOfProcess(dify: Dify, { request, place }: Visit): JsonReply | null {
  if (request.method !== 'GET') return null;
  // Process ids of a container are small and stay the same: 1 is the entry point, then the workers.
  const pid = 8 + place.process;
  switch (request.path) {
    case '/health':
      return { status: 200, body: { pid, status: 'ok', version: dify.world.dify.version } };
    case '/threads': {
      const threads = [{ name: 'MainThread', id: 140_602_582_563_584, is_alive: true }];
      return { status: 200, body: { pid, thread_num: threads.length, threads } };
    }
    case '/db-pool-stat': {
      const { pool } = place;
      return {
        status: 200,
        body: {
          pid,
          pool_size: pool.settings.poolSize,
          checked_in_connections: pool.checkedIn,
          checked_out_connections: pool.checkedOut,
          // SQLAlchemy counts from minus the pool size up: below 0 while the pool is not filled.
          overflow_connections: pool.checkedIn + pool.checkedOut - pool.settings.poolSize,
          connection_timeout: pool.settings.poolTimeoutSeconds,
          recycle_time: 3600,
        },
      };
    }
    default:
      return null;
  }
}
