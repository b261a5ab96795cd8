/**
 * Things that take time, written from top to bottom: a task is a generator that yields what it waits for.
 *
 * Promises would not do: their continuations run after the current batch of events, so at the wrong virtual time.
 */
import type { Scheduler } from './scheduler.ts';

/** Something to wait for: it is handed the function that lets the task go on, and calls it once. */
export type Wait<T = unknown> = (resume: (value: T) => void) => void;

export type Task<T = void> = Generator<Wait<never>, T, unknown>;

export interface Running {
  readonly isOver: boolean;
  /** Ends the task where it stands; its `finally` blocks run, its waits are forgotten. */
  kill(): void;
}

/** Waits inside a task: `const value = yield* until(pool.checkOut())`. */
export function* until<T>(wait: Wait<T>): Task<T> {
  return (yield wait as Wait<never>) as T;
}

/** Starts a task and returns at its first wait. `onEnd` is called when it ends by itself, not when it is killed. */
export function launch(task: Task, onEnd?: () => void): Running {
  const running = {
    isOver: false,
    kill() {
      if (running.isOver) return;
      running.isOver = true;
      task.return();
    },
  };
  const step = (value: unknown) => {
    if (running.isOver) return;
    const { done, value: wait } = task.next(value);
    if (!done) {
      (wait as Wait<unknown>)(step);
      return;
    }
    running.isOver = true;
    onEnd?.();
  };
  step(undefined);
  return running;
}

export function pause(scheduler: Scheduler, delayMs: number): Wait<void> {
  return (resume) => {
    scheduler.after(delayMs, () => resume());
  };
}

/** A queue between a producer and one task: `next` waits while it is empty. */
export class Channel<T> {
  readonly #items: T[] = [];
  #waiting: ((item: T) => void) | undefined;

  push(item: T): void {
    const waiting = this.#waiting;
    if (!waiting) {
      this.#items.push(item);
      return;
    }
    this.#waiting = undefined;
    waiting(item);
  }

  /** Puts an item before all that wait: a stop overtakes tokens. */
  pushFirst(item: T): void {
    if (this.#waiting) this.push(item);
    else this.#items.unshift(item);
  }

  next(): Wait<T> {
    return (resume) => {
      const item = this.#items.shift();
      if (item === undefined) this.#waiting = resume;
      else resume(item);
    };
  }
}
