import type { Scheduler } from '../model/scheduler.ts';
import type { Broker, Consumer, Delivery } from './broker.ts';
import { deliveryTagOf } from './celery-message.ts';

interface Waiting {
  readonly queues: readonly string[];
  readonly got: (delivery: Delivery) => void;
}

/** Redis's part played in this process, for trials and tests without one. Delivery takes no time. */
export class MemoryBroker implements Broker {
  readonly unacked = new Map<string, Delivery>();
  readonly #scheduler: Scheduler;
  readonly #lists = new Map<string, string[]>();
  readonly #waiting: Waiting[] = [];
  readonly #listeners = new Map<string, (payload: string) => void>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  length(queue: string): number {
    return this.#lists.get(queue)?.length ?? 0;
  }

  enqueue(queue: string, raw: string): void {
    this.#list(queue).push(raw);
    this.#deliver();
  }

  newConsumer(): Consumer {
    let waiting: Waiting | undefined;
    const forget = () => {
      const index = waiting ? this.#waiting.indexOf(waiting) : -1;
      if (index >= 0) this.#waiting.splice(index, 1);
    };
    return {
      fetch: (queues, got) => {
        waiting = { queues, got };
        this.#waiting.push(waiting);
        this.#deliver();
      },
      close: forget,
    };
  }

  acknowledge({ tag }: Delivery): void {
    this.unacked.delete(tag);
  }

  restore(delivery: Delivery): void {
    this.unacked.delete(delivery.tag);
    this.#list(delivery.queue).unshift(delivery.raw);
    this.#deliver();
  }

  publish(channel: string, payload: string): void {
    const listener = this.#listeners.get(channel);
    if (listener) this.#scheduler.after(0, () => listener(payload));
  }

  subscribe(channel: string, listener: (payload: string) => void, ready: () => void): void {
    this.#listeners.set(channel, listener);
    this.#scheduler.after(0, ready);
  }

  unsubscribe(channel: string): void {
    this.#listeners.delete(channel);
  }

  depth(queue: string): Promise<number> {
    return Promise.resolve(this.length(queue) + this.unacked.size);
  }

  close(): Promise<void> {
    this.#waiting.length = 0;
    return Promise.resolve();
  }

  /** Redis serves the client that has been blocked longest. */
  #deliver(): void {
    for (const waiting of [...this.#waiting]) {
      const queue = waiting.queues.find((name) => this.length(name) > 0);
      const raw = queue && this.#list(queue).shift();
      if (!queue || !raw) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      const delivery = { queue, raw, tag: deliveryTagOf(raw) ?? raw };
      this.unacked.set(delivery.tag, delivery);
      this.#scheduler.after(0, () => waiting.got(delivery));
    }
  }

  #list(queue: string): string[] {
    const list = this.#lists.get(queue) ?? [];
    this.#lists.set(queue, list);
    return list;
  }
}
