/**
 * The CPU of one pod: single-threaded processes that share what the pod's limit lets them have.
 *
 * A process takes turns: each piece of work runs for a few milliseconds and goes to the end of the line, as
 * greenlets do that yield at every query. A greenlet that finds its next token or event waiting goes on with it in the
 * same turn, since reading what is there does not yield. While more processes are busy than the limit has cores, all
 * run slower.
 */
import type { Scheduler } from './scheduler.ts';
import type { Wait } from './task.ts';

/** Longest turn: about what a Dify greenlet computes between two queries. Shorter costs events, longer costs fairness. */
const turnMs = 5;

interface Work {
  leftMs: number;
  /** Of the turn that it is in, or of the one that it will get. */
  turnLeftMs: number;
  done: () => void;
}

/** A piece is done, and what it goes on with has not been told yet. */
interface Handover {
  readonly line: Work[];
  turnLeftMs: number;
}

export interface CpuOptions {
  /** Processes (gunicorn or prefork workers); each uses one core at most. */
  readonly processes: number;
  /** Cores all of them share, > 0; may be a fraction. */
  readonly cores: number;
  /** Times the CPU each piece of work needs, now; a noisy neighbour makes it more than 1. */
  readonly slowdown?: () => number;
}

const fewestCores = 0.01;

/** What a pod's limit leaves to requests: what it does without any is part of its usage as well. */
export function coresForRequests(limitCores: number, idleMillicores: number): number {
  return Math.max(fewestCores, limitCores - idleMillicores / 1000);
}

export class Cpu {
  readonly #scheduler: Scheduler;
  readonly #cores: number;
  readonly #slowdown: () => number;
  readonly #lines: Work[][];
  #busy = 0;
  #usedMs = 0;
  #handover: Handover | null = null;
  #stopped = false;

  constructor(scheduler: Scheduler, options: CpuOptions) {
    this.#scheduler = scheduler;
    this.#cores = options.cores;
    this.#slowdown = options.slowdown ?? (() => 1);
    this.#lines = Array.from({ length: options.processes }, () => []);
  }

  /** CPU milliseconds used since the start, whole turns. */
  get usedMs(): number {
    return this.#usedMs;
  }

  /** Pieces of work that wait or run in one process. */
  lineLength(process: number): number {
    return this.#lines[process]?.length ?? 0;
  }

  /** Does `cpuMs` of work in a process, then `done`. 0 ms is done at once. */
  run(process: number, cpuMs: number, done: () => void): void {
    if (this.#stopped) return;
    const line = this.#lines[process];
    if (!line) throw new RangeError(`no process ${process} in a pod with ${this.#lines.length}`);
    const leftMs = cpuMs * this.#slowdown();
    if (leftMs <= 0) {
      done();
      return;
    }
    const handover = this.#handover?.line === line ? this.#handover : null;
    if (handover !== null && handover.turnLeftMs > 0) {
      line.unshift({ leftMs, turnLeftMs: handover.turnLeftMs, done });
      handover.turnLeftMs = 0;
    } else line.push({ leftMs, turnLeftMs: turnMs, done });
    if (handover === null && line.length === 1) this.#takeTurn(line);
  }

  /** `run` for tasks. */
  work(process: number, cpuMs: number): Wait<void> {
    return (resume) => this.run(process, cpuMs, () => resume());
  }

  /** The pod is gone: nothing is finished any more. */
  stop(): void {
    this.#stopped = true;
  }

  #takeTurn(line: Work[]): void {
    const work = line[0];
    if (!work || this.#stopped) return;
    this.#busy += 1;
    const ms = Math.min(work.turnLeftMs, work.leftMs);
    const speed = Math.min(1, this.#cores / this.#busy);
    this.#scheduler.after(ms / speed, () => this.#endTurn(line, work, ms));
  }

  #endTurn(line: Work[], work: Work, ms: number): void {
    if (this.#stopped) return;
    this.#busy -= 1;
    this.#usedMs += ms;
    work.leftMs -= ms;
    line.shift();
    if (work.leftMs > 1e-9) {
      work.turnLeftMs = turnMs;
      line.push(work);
      this.#takeTurn(line);
      return;
    }
    // The first piece given while `done` runs goes on in what is left of the turn.
    this.#handover = { line, turnLeftMs: work.turnLeftMs - ms };
    work.done();
    this.#handover = null;
    this.#takeTurn(line);
  }
}
