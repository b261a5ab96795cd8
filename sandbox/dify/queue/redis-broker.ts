import { Redis } from 'ioredis';
import { exitCodes, TuneError } from '../../../tuner/errors.ts';
import type { Broker, Consumer, Delivery } from './broker.ts';
import { deliveryTagOf, encodeUnacked } from './celery-message.ts';

/** Celery's database; 0 holds Dify's own keys. Channels belong to no database. */
const celeryDatabase = 1;

/** How soon a failed fetch is tried again, for instance while Redis loads its data. */
const retryMs = 500;

/** @param input how an answer of Redis enters the model */
export interface RedisBrokerOptions {
  readonly url: string;
  readonly input: (action: () => void) => void;
  readonly log: (line: string) => void;
}

/** The broker over a real Redis: commands, one blocking connection per worker, one for all subscriptions. */
export class RedisBroker implements Broker {
  readonly #options: RedisBrokerOptions;
  readonly #commands: Redis;
  readonly #subscriptions: Redis;
  readonly #consumers = new Set<Redis>();
  readonly #listeners = new Map<string, (payload: string) => void>();

  #isConnected = false;
  #isClosed = false;

  private constructor(options: RedisBrokerOptions) {
    this.#options = options;
    this.#commands = this.#connect({ enableAutoPipelining: true });
    this.#subscriptions = this.#connect({ enableAutoPipelining: true });
    this.#subscriptions.on('message', (channel: string, payload: string) => {
      const listener = this.#listeners.get(channel);
      if (listener) options.input(() => listener(payload));
    });
  }

  /** @throws TuneError NO_REDIS when nothing answers there */
  static async connect(options: RedisBrokerOptions): Promise<RedisBroker> {
    const broker = new RedisBroker(options);
    try {
      await Promise.all([broker.#commands.connect(), broker.#subscriptions.connect()]);
      broker.#isConnected = true;
      return broker;
    } catch (cause) {
      await broker.close();
      throw new TuneError({
        code: 'NO_REDIS',
        message: `no Redis at ${options.url}`,
        why: `the stand-in keeps its queues there: ${cause instanceof Error ? cause.message : String(cause)}`,
        next: 'start a redis-server there, or leave --redis away to keep the queues in this process',
        exitCode: exitCodes.unreachable,
        cause,
      });
    }
  }

  async depth(queue: string): Promise<number> {
    const [waiting, unacked] = await Promise.all([
      this.#commands.llen(queue),
      this.#commands.hlen('unacked'),
    ]);
    return waiting + unacked;
  }

  enqueue(queue: string, raw: string): void {
    this.#send(this.#commands.lpush(queue, raw));
  }

  newConsumer(): Consumer {
    let connection: Redis | undefined;
    const close = () => {
      if (!connection) return;
      this.#consumers.delete(connection);
      connection.disconnect();
      connection = undefined;
    };
    const fetch: Consumer['fetch'] = (queues, got) => {
      connection ??= this.#newConsumerConnection();
      const used = connection;
      const receive = ([queue, raw]: [string, string]) => {
        const tag = deliveryTagOf(raw);
        if (tag === null) {
          this.#options.log(`redis: dropped what is no Celery message from ${queue}`);
          if (used === connection) fetch(queues, got);
          return;
        }
        const delivery = { queue, raw, tag };
        this.#hold(delivery);
        if (used === connection) this.#options.input(() => got(delivery));
        else this.restore(delivery);
      };
      used.brpop([...queues], 0).then(
        (popped) => popped && receive(popped),
        (error: unknown) => {
          if (used !== connection) return;
          this.#options.log(`redis: BRPOP: ${String(error)}`);
          setTimeout(() => used === connection && fetch(queues, got), retryMs);
        },
      );
    };
    return { fetch, close };
  }

  acknowledge({ tag }: Delivery): void {
    this.#send(this.#commands.zrem('unacked_index', tag));
    this.#send(this.#commands.hdel('unacked', tag));
  }

  restore(delivery: Delivery): void {
    this.acknowledge(delivery);
    // Consumers pop on the right, so there it is the next one.
    this.#send(this.#commands.rpush(delivery.queue, delivery.raw));
  }

  publish(channel: string, payload: string): void {
    this.#send(this.#commands.publish(channel, payload));
  }

  subscribe(channel: string, listener: (payload: string) => void, ready: () => void): void {
    this.#listeners.set(channel, listener);
    this.#send(this.#subscriptions.subscribe(channel).then(() => this.#options.input(ready)));
  }

  unsubscribe(channel: string): void {
    if (this.#listeners.delete(channel)) this.#send(this.#subscriptions.unsubscribe(channel));
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#isConnected = false;
    for (const connection of [this.#commands, this.#subscriptions, ...this.#consumers])
      connection.disconnect();
    this.#consumers.clear();
    return Promise.resolve();
  }

  #hold({ queue, raw, tag }: Delivery): void {
    this.#send(this.#commands.zadd('unacked_index', Date.now() / 1000, tag));
    this.#send(this.#commands.hset('unacked', tag, encodeUnacked(raw, queue)));
  }

  #newConsumerConnection(): Redis {
    const connection = this.#connect({});
    this.#consumers.add(connection);
    return connection;
  }

  #connect(options: { enableAutoPipelining?: boolean }): Redis {
    const connection: Redis = new Redis(this.#options.url, {
      ...options,
      db: celeryDatabase,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: (times) => (this.#isClosed ? null : Math.min(times * 100, 2000)),
    });
    connection.on('error', (error: Error) => {
      if (this.#isConnected) this.#options.log(`redis: ${error.message}`);
    });
    return connection;
  }

  #send(reply: Promise<unknown>): void {
    reply.catch((error: unknown) => this.#options.log(`redis: ${String(error)}`));
  }
}
