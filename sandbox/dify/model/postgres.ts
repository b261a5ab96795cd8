/**
 * Postgres as Dify meets it: one server with max_connections, and a SQLAlchemy pool in each process.
 *
 * What a query costs is in the worlds' CPU and wait times; here is only who gets a connection.
 */
import type { World } from '../../worlds/world.ts';
import type { Faults } from './faults.ts';
import type { Scheduler, Timer } from './scheduler.ts';
import type { Wait } from './task.ts';

/** A checkout that failed, in the words of the driver; null is a connection. */
export type CheckoutFailure = 'too-many-clients' | 'pool-timeout' | null;

export class PostgresServer {
  readonly #maxConnections: number;
  readonly #faults: Faults;
  readonly #otherConnections: number;
  #open = 0;
  #refused = 0;

  constructor(settings: World['postgres'], faults: Faults) {
    this.#maxConnections = settings.maxConnections;
    this.#otherConnections = settings.otherConnections;
    this.#faults = faults;
  }

  /** Connections of all pods of Dify. */
  get openConnections(): number {
    return this.#open;
  }

  /** Connections refused since the start. */
  get refusedConnections(): number {
    return this.#refused;
  }

  open(): boolean {
    const taken = this.#faults.active('postgres-taken').reduce((sum, fault) => sum + fault.connections, 0);
    if (this.#open + this.#otherConnections + taken >= this.#maxConnections) {
      this.#refused += 1;
      return false;
    }
    this.#open += 1;
    return true;
  }

  close(connections: number): void {
    this.#open -= connections;
  }
}

export interface PoolSettings {
  /** Connections kept open. */
  readonly poolSize: number;
  /** Connections opened beyond, closed when they come back. */
  readonly maxOverflow: number;
  readonly poolTimeoutSeconds: number;
}

interface Waiter {
  readonly resume: (failure: CheckoutFailure) => void;
  readonly timeout: Timer;
}

/** SQLAlchemy's QueuePool of one process. */
export class ConnectionPool {
  readonly #server: PostgresServer;
  readonly #scheduler: Scheduler;
  readonly settings: PoolSettings;
  readonly #waiters: Waiter[] = [];
  #idle = 0;
  #out = 0;
  #isClosed = false;

  constructor(server: PostgresServer, scheduler: Scheduler, settings: PoolSettings) {
    this.#server = server;
    this.#scheduler = scheduler;
    this.settings = settings;
  }

  get checkedOut(): number {
    return this.#out;
  }

  get checkedIn(): number {
    return this.#idle;
  }

  checkOut(): Wait<CheckoutFailure> {
    return (resume) => {
      if (this.#idle > 0) {
        this.#idle -= 1;
        this.#out += 1;
        resume(null);
      } else if (this.#out < this.settings.poolSize + this.settings.maxOverflow) {
        const opened = this.#server.open();
        if (opened) this.#out += 1;
        resume(opened ? null : 'too-many-clients');
      } else {
        this.#waiters.push(this.#newWaiter(resume));
      }
    };
  }

  checkIn(): void {
    if (this.#isClosed) return;
    const waiter = this.#waiters.shift();
    if (waiter) {
      waiter.timeout.cancel();
      waiter.resume(null);
      return;
    }
    this.#out -= 1;
    if (this.#out + this.#idle < this.settings.poolSize) this.#idle += 1;
    else this.#server.close(1);
  }

  /** The process is gone, and its connections with it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#server.close(this.#idle + this.#out);
    this.#idle = 0;
    this.#out = 0;
    for (const { timeout } of this.#waiters.splice(0)) timeout.cancel();
  }

  #newWaiter(resume: Waiter['resume']): Waiter {
    const waiter: Waiter = {
      resume,
      timeout: this.#scheduler.after(this.settings.poolTimeoutSeconds * 1000, () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        resume('pool-timeout');
      }),
    };
    return waiter;
  }
}
