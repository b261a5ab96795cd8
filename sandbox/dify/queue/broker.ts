/** Redis as Dify uses it: Celery's lists with their unacked messages, and one pub/sub channel a run. */

/** A message somebody fetched. Until it is acknowledged it counts as `unacked`. */
export interface Delivery {
  readonly queue: string;
  /** The Celery message as it stood in the list. */
  readonly raw: string;
  /** Celery's delivery tag, the key in the hash `unacked`. */
  readonly tag: string;
}

/** One worker's connection. Fetches are answered through the clock of the model. */
export interface Consumer {
  /** Takes the next message of the first queue that has one; waits for it. One fetch at a time. */
  fetch(queues: readonly string[], got: (delivery: Delivery) => void): void;
  /** A fetch under way is given up; a message it had already taken goes back. */
  close(): void;
}

export interface Broker {
  enqueue(queue: string, raw: string): void;
  newConsumer(): Consumer;
  /** Takes the message out of `unacked`: from here on nobody else would run it. */
  acknowledge(delivery: Delivery): void;
  /** Puts an unacknowledged message back where it is taken next. */
  restore(delivery: Delivery): void;
  publish(channel: string, payload: string): void;
  /** `ready` once a message could no longer be missed. */
  subscribe(channel: string, listener: (payload: string) => void, ready: () => void): void;
  unsubscribe(channel: string): void;
  /** Messages in a queue's list, and those fetched and not acknowledged. */
  depth(queue: string): Promise<number>;
  close(): Promise<void>;
}
