/** What really happened, second by second. Tests read it; the tuner never does. */
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Fleet } from './model/fleet.ts';
import type { Llm } from './model/llm.ts';
import type { PostgresServer } from './model/postgres.ts';
import type { Scheduler } from './model/scheduler.ts';

export type TruthCounter = 'arrived' | 'refused' | 'cutStreams' | 'lostRuns';

const counters: readonly TruthCounter[] = ['arrived', 'refused', 'cutStreams', 'lostRuns'];

/** One line of the log. Counters count from the line before; all else holds now. */
export interface TruthLine extends Readonly<Record<TruthCounter, number>> {
  readonly at: string;
  /** Virtual seconds since the stand-in started. */
  readonly atSeconds: number;
  /** Runs in the list and fetched but not started, up to a second ago; null before the first look. */
  readonly queueDepth: number | null;
  readonly llmRefused: number;
  readonly postgresOpen: number;
  readonly postgresRefused: number;
  readonly daemonCpuMillicores: number;
  readonly pods: readonly TruthPod[];
}

export interface TruthPod {
  readonly name: string;
  readonly state: string;
  readonly inService: number;
  readonly waiting: number;
  readonly finished: number;
  readonly cpuMillicores: number;
}

export class TruthLog {
  readonly #counts = new Map<TruthCounter, number>();
  readonly #usedMs = new Map<string, number>();
  readonly #parts: TruthParts;
  #stream: WriteStream | undefined;
  #queueDepth: number | null = null;

  constructor(parts: TruthParts) {
    this.#parts = parts;
  }

  count(counter: TruthCounter, by = 1): void {
    this.#counts.set(counter, (this.#counts.get(counter) ?? 0) + by);
  }

  /** Writes a line every second until `close`, which writes the last one. */
  start(file: string): void {
    this.#stream = createWriteStream(file);
    const beat = () => {
      this.#write();
      this.#lookAtQueue();
      this.#parts.scheduler.after(1000, beat);
    };
    this.#parts.scheduler.after(1000, beat);
  }

  /** The line for the second that ends now. */
  line(): TruthLine {
    const { scheduler, fleet, llm, postgres, daemonUsedMs } = this.#parts;
    const counts = Object.fromEntries(counters.map((counter) => [counter, this.#counts.get(counter) ?? 0]));
    this.#counts.clear();
    return {
      at: new Date().toISOString(),
      atSeconds: Math.round(scheduler.now() / 1000),
      ...(counts as Record<TruthCounter, number>),
      queueDepth: this.#queueDepth,
      llmRefused: llm.refusedCalls,
      postgresOpen: postgres.openConnections,
      postgresRefused: postgres.refusedConnections,
      daemonCpuMillicores: this.#millicores('plugin-daemon', daemonUsedMs()),
      pods: fleet.pods.map(({ uid, name, state, process }) => ({
        name,
        state,
        inService: process.inService,
        waiting: process.waiting,
        finished: process.finished,
        cpuMillicores: this.#millicores(uid, process.cpu.usedMs),
      })),
    };
  }

  /** Writes what has happened since the last line, and ends. */
  async close(): Promise<void> {
    const stream = this.#stream;
    if (!stream) return;
    this.#write();
    this.#stream = undefined;
    await new Promise<void>((resolve) => stream.end(resolve));
  }

  #lookAtQueue(): void {
    this.#parts.queueDepth().then(
      (depth) => {
        this.#queueDepth = depth;
      },
      () => {
        this.#queueDepth = null;
      },
    );
  }

  #write(): void {
    this.#stream?.write(`${JSON.stringify(this.line())}\n`);
  }

  /** CPU of the last second in thousandths of a core: milliseconds in a second are just that. */
  #millicores(key: string, usedMs: number): number {
    const lastMs = this.#usedMs.get(key) ?? 0;
    this.#usedMs.set(key, usedMs);
    return Math.round(usedMs - lastMs);
  }
}

export interface TruthParts {
  readonly scheduler: Scheduler;
  readonly fleet: Fleet;
  readonly llm: Llm;
  readonly postgres: PostgresServer;
  readonly daemonUsedMs: () => number;
  readonly queueDepth: () => Promise<number>;
}
