/** Where a request or a run is worked on: one process of one pod, with its CPU and its database pool. */
import type { Cpu } from './cpu.ts';
import type { CheckoutFailure, ConnectionPool } from './postgres.ts';
import type { Scheduler } from './scheduler.ts';
import { pause, type Task, until, type Wait } from './task.ts';

export interface Place {
  readonly podName: string;
  readonly process: number;
  readonly cpu: Cpu;
  readonly pool: ConnectionPool;
  readonly scheduler: Scheduler;
}

/** CPU work at a place. */
export function computeAt(place: Place, cpuMs: number): Wait<void> {
  return place.cpu.work(place.process, cpuMs);
}

/** A database connection held by one task; a task that ends by whatever way gives it back. */
export class HeldConnection {
  readonly #place: Place;
  #isHeld = false;

  constructor(place: Place) {
    this.#place = place;
  }

  /** Checks out, unless it is held already; null when it worked. */
  *take(): Task<CheckoutFailure> {
    if (this.#isHeld) return null;
    const failure = yield* until(this.#place.pool.checkOut());
    this.#isHeld = failure === null;
    return failure;
  }

  /** Waits for answers of Postgres, without CPU. */
  *query(waitMs: number): Task {
    yield* until(pause(this.#place.scheduler, waitMs));
  }

  giveBack(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#place.pool.checkIn();
  }
}
