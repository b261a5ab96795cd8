/** An API pod: gunicorn workers with connection slots, a listen backlog before them, and a death in two steps. */
import type { World } from '../../worlds/world.ts';
import type { PodSnapshot } from '../kubernetes/pod-source.ts';
import { Cpu, coresForRequests } from './cpu.ts';
import type { Faults } from './faults.ts';
import type { Place } from './place.ts';
import { gunicornOf, poolOf } from './pod-env.ts';
import { ConnectionPool, type PostgresServer } from './postgres.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

/** A connection that wants a slot. Exactly one of `start` and `refuse` is called; `cut` only after `start`. */
export interface Visitor {
  /** A greenlet is there; the visitor calls `leave` when it needs it no more. */
  start(place: Place, leave: () => void): void;
  /** The connection was not accepted. */
  refuse(): void;
  /** The process is killed under the request. */
  cut(): void;
}

interface Process extends Place {
  readonly inside: Set<Visitor>;
}

export interface ApiPodParts {
  readonly world: World;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly postgres: PostgresServer;
  readonly faults: Faults;
}

export class ApiPod {
  readonly name: string;
  readonly cpu: Cpu;
  readonly #parts: ApiPodParts;
  readonly #connections: number;
  readonly #processes: readonly Process[];
  readonly #backlog: Visitor[] = [];
  #listens = true;
  #finished = 0;

  constructor(pod: PodSnapshot, parts: ApiPodParts) {
    const { workers, connections } = gunicornOf(pod);
    this.name = pod.name;
    this.#parts = parts;
    this.#connections = connections;
    this.cpu = new Cpu(parts.scheduler, {
      processes: workers,
      cores: coresForRequests(pod.cpuLimitCores ?? workers, parts.world.api.idleCpuMillicores),
      slowdown: () => parts.faults.cpuSlowdown('api'),
    });
    this.#processes = Array.from({ length: workers }, (_, process) => ({
      podName: pod.name,
      process,
      cpu: this.cpu,
      pool: new ConnectionPool(parts.postgres, parts.scheduler, poolOf(pod, parts.world.postgres)),
      scheduler: parts.scheduler,
      inside: new Set<Visitor>(),
    }));
  }

  /** Requests that hold a slot. */
  get inService(): number {
    return this.#processes.reduce((sum, process) => sum + process.inside.size, 0);
  }

  /** Connections in the listen backlog. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** Requests that have left their slot since the start. */
  get finished(): number {
    return this.#finished;
  }

  get isListening(): boolean {
    return this.#listens;
  }

  /** A connection arrives: it gets a slot, waits for one, or is refused. */
  admit(visitor: Visitor): void {
    if (!this.#listens || this.#backlog.length >= this.#parts.world.api.listenBacklog) {
      visitor.refuse();
      return;
    }
    this.#backlog.push(visitor);
    this.#fill();
  }

  /** SIGTERM: the listen socket closes, what waited in it is reset, what has a slot goes on. */
  terminate(): void {
    this.#listens = false;
    for (const visitor of this.#backlog.splice(0)) visitor.refuse();
  }

  /** SIGKILL, or the end of grace: every open stream is cut. Returns how many. */
  kill(): number {
    this.terminate();
    this.cpu.stop();
    const visitors = this.#processes.flatMap((process) => [...process.inside]);
    for (const process of this.#processes) {
      process.inside.clear();
      process.pool.close();
    }
    for (const visitor of visitors) visitor.cut();
    return visitors.length;
  }

  #fill(): void {
    while (this.#backlog.length > 0) {
      // All workers poll the same socket, so any that still accepts may get the connection.
      const process = this.#parts.random.pick(
        this.#processes.filter(({ inside }) => inside.size < this.#connections),
      );
      const visitor = process && this.#backlog.shift();
      if (!visitor) return;
      process.inside.add(visitor);
      visitor.start(process, () => this.#leave(process, visitor));
    }
  }

  #leave(process: Process, visitor: Visitor): void {
    if (!process.inside.delete(visitor)) return;
    this.#finished += 1;
    this.#fill();
  }
}
