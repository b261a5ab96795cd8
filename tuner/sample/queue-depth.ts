import { Redis } from 'ioredis';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { type Poll, startPoll } from './poll.ts';
import { reasonOf, type SourceContext } from './source.ts';

export interface QueueOptions {
  /** redis:// or rediss://, credentials included: it appears in no line and no reason. */
  readonly url: string;
  readonly celeryDb: number;
  readonly queues: readonly string[];
  readonly everyMs?: number;
}

/** Length of the Celery queues, read from Redis itself. */
export function pollQueues(context: SourceContext, options: QueueOptions): Poll {
  const { clock, gaps, signal } = context;
  let connectionError: unknown = null;
  const redis = connect(options, (error) => {
    connectionError = error;
  });
  const poll = startPoll({
    everyMs: options.everyMs ?? 1_000,
    signal,
    async read() {
      if (redis.status === 'wait' || redis.status === 'end') await redis.connect();
      connectionError = null;
      for (const sample of await readQueues(redis, options.queues, clock)) context.write(sample);
      gaps.heard('queue');
    },
    onFailure: (thrown) =>
      gaps.silent('queue', `Redis: ${withoutSecrets(connectionError ?? thrown, options.url)}`),
  });
  return { ...poll, ended: poll.ended.then(() => redis.disconnect()) };
}

/** @param onError a command says only that the connection is closed; this is told why */
function connect({ url, celeryDb }: QueueOptions, onError: (error: unknown) => void): Redis {
  const redis = new Redis(url, {
    db: celeryDb,
    lazyConnect: true,
    connectTimeout: 3_000,
    commandTimeout: 2_000,
    // The poll is the retry: a command that waits for a connection would answer with an old moment's length.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', onError);
  return redis;
}

async function readQueues(
  redis: Redis,
  queues: readonly string[],
  clock: RunClock,
): Promise<ClusterSampleOf<'queue'>[]> {
  const commands = redis.pipeline();
  for (const queue of queues) commands.llen(queue);
  const results = (await commands.hlen('unacked').exec()) ?? [];
  const lengths = results.map(([error, value]) => {
    if (error !== null) throw error;
    return Number(value);
  });
  const unacked = lengths[queues.length] ?? 0;
  const atSeconds = clock.nowSeconds();
  return queues.map((queue, index) => ({
    type: 'queue',
    atSeconds,
    queue,
    queueDepth: lengths[index] ?? 0,
    unacked,
  }));
}

function withoutSecrets(thrown: unknown, url: string): string {
  const { password, username } = new URL(url);
  return [url, decodeURIComponent(password), decodeURIComponent(username)]
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '***'), reasonOf(thrown));
}
