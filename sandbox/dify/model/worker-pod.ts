/** A worker pod: Celery with slots, one message fetched ahead, early acknowledgement, and a death in two steps. */
import type { World } from '../../worlds/world.ts';
import type { PodSnapshot } from '../kubernetes/pod-source.ts';
import type { Broker, Consumer, Delivery } from '../queue/broker.ts';
import { consumedQueues } from '../queue/celery-message.ts';
import { Cpu, coresForRequests } from './cpu.ts';
import type { Faults } from './faults.ts';
import type { Place } from './place.ts';
import { celeryOf, poolOf } from './pod-env.ts';
import { ConnectionPool, type PostgresServer } from './postgres.ts';
import type { Scheduler } from './scheduler.ts';
import { launch, type Running, type Task } from './task.ts';

export interface WorkerPodParts {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly postgres: PostgresServer;
  readonly faults: Faults;
  readonly broker: Broker;
  /** What a message makes a worker do. */
  readonly execute: (delivery: Delivery, place: Place) => Task;
}

export class WorkerPod {
  readonly name: string;
  readonly cpu: Cpu;
  readonly #parts: WorkerPodParts;
  readonly #concurrency: number;
  readonly #fetchEveryMs: number;
  readonly #consumer: Consumer;
  /** One for all tasks under gevent, one for each slot under prefork. */
  readonly #processes: readonly Place[];
  readonly #running = new Map<number, Running>();
  #held: Delivery | undefined;
  #isConsuming = false;
  #isFetching = false;
  #nextFetchAtMs = 0;
  #finished = 0;

  constructor(pod: PodSnapshot, parts: WorkerPodParts) {
    const { concurrency, isGevent } = celeryOf(pod);
    const processes = isGevent ? 1 : concurrency;
    this.name = pod.name;
    this.#parts = parts;
    this.#concurrency = concurrency;
    this.#fetchEveryMs = isGevent && concurrency === 1 ? parts.world.worker.singleSlotFetchSeconds * 1000 : 0;
    this.#consumer = parts.broker.newConsumer();
    this.cpu = new Cpu(parts.scheduler, {
      processes,
      cores: coresForRequests(pod.cpuLimitCores ?? processes, parts.world.worker.idleCpuMillicores),
      slowdown: () => parts.faults.cpuSlowdown('worker'),
    });
    this.#processes = Array.from({ length: processes }, (_, process) => ({
      podName: pod.name,
      process,
      cpu: this.cpu,
      pool: new ConnectionPool(parts.postgres, parts.scheduler, poolOf(pod, parts.world.postgres)),
      scheduler: parts.scheduler,
    }));
  }

  /** Tasks that run. */
  get inService(): number {
    return this.#running.size;
  }

  /** Messages fetched and not started: 0 or 1. */
  get waiting(): number {
    return this.#held ? 1 : 0;
  }

  /** Tasks ended since the start. */
  get finished(): number {
    return this.#finished;
  }

  consume(): void {
    this.#isConsuming = true;
    this.#fetch();
  }

  /** Not Ready, or SIGTERM: running tasks go on, the message fetched ahead goes back. */
  stopConsuming(): void {
    this.#isConsuming = false;
    if (!this.#held) return;
    this.#parts.broker.restore(this.#held);
    this.#held = undefined;
  }

  /** The end of grace: running tasks are lost, for their messages are acknowledged. Returns how many. */
  kill(): number {
    this.stopConsuming();
    this.#consumer.close();
    this.cpu.stop();
    const lost = this.#running.size;
    for (const running of this.#running.values()) running.kill();
    this.#running.clear();
    for (const { pool } of this.#processes) pool.close();
    return lost;
  }

  #fetch(): void {
    if (!this.#isConsuming || this.#isFetching || this.#held) return;
    this.#isFetching = true;
    const { scheduler } = this.#parts;
    scheduler.after(this.#nextFetchAtMs - scheduler.now(), () => {
      this.#isFetching = this.#isConsuming;
      if (!this.#isConsuming) return;
      this.#nextFetchAtMs = scheduler.now() + this.#fetchEveryMs;
      this.#consumer.fetch(consumedQueues, (delivery) => this.#receive(delivery));
    });
  }

  #receive(delivery: Delivery): void {
    this.#isFetching = false;
    if (!this.#isConsuming) {
      this.#parts.broker.restore(delivery);
      return;
    }
    this.#held = delivery;
    this.#startHeld();
  }

  /** Celery hands a message to the pool as soon as a slot is free, and only then fetches the next one. */
  #startHeld(): void {
    const delivery = this.#held;
    const slot = this.#freeSlot();
    const place = slot === undefined ? undefined : this.#processes[slot % this.#processes.length];
    if (!delivery || slot === undefined || !place) return;
    this.#held = undefined;
    this.#parts.broker.acknowledge(delivery);
    const running = launch(this.#parts.execute(delivery, place), () => this.#endTask(slot));
    if (!running.isOver) this.#running.set(slot, running);
    this.#fetch();
  }

  #endTask(slot: number): void {
    this.#running.delete(slot);
    this.#finished += 1;
    this.#startHeld();
    this.#fetch();
  }

  #freeSlot(): number | undefined {
    for (let slot = 0; slot < this.#concurrency; slot++) if (!this.#running.has(slot)) return slot;
    return undefined;
  }
}
