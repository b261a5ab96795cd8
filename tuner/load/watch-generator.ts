import { cpus } from 'node:os';
import { join } from 'node:path';
import type { GeneratorSample } from '../contracts/generator-sample.ts';
import { runFiles } from '../contracts/run-folder.ts';
import { openNdjson } from '../journal/ndjson-writer.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { readProcessUsage } from './process-usage.ts';
import { readSocketUsage } from './socket-usage.ts';

export interface GeneratorWatchOptions {
  readonly runFolder: string;
  readonly clock: RunClock;
  /** Default 1,000. */
  readonly everyMs?: number;
}

export interface GeneratorWatch {
  /** The k6 to watch; null: it has ended. */
  setProcess(pid: number | null): void;
  stop(): void;
}

/** Writes generator.ndjson: was this machine, and not the target, what limited the load. */
export function watchGenerator({ runFolder, clock, everyMs = 1_000 }: GeneratorWatchOptions): GeneratorWatch {
  const file = openNdjson(join(runFolder, runFiles.generator));
  let pid: number | null = null;
  let before: Reading = { host: readHost(), cpuSeconds: null, atSeconds: clock.nowSeconds() };
  const sample = () => {
    const { line, reading } = measure({ before, pid, atSeconds: clock.nowSeconds() });
    before = reading;
    try {
      file.write(line);
    } catch {
      // The disk is full, of which the recording's own files tell; without these lines a check cannot judge.
      clearInterval(timer);
    }
  };
  const timer = setInterval(sample, everyMs);
  timer.unref();
  return {
    setProcess(started) {
      pid = started;
      const cpuSeconds = started === null ? null : (readProcessUsage(started)?.cpuSeconds ?? null);
      before = { ...before, cpuSeconds };
    },
    stop() {
      clearInterval(timer);
      file.close();
    },
  };
}

interface Reading {
  readonly host: { readonly busy: number; readonly total: number };
  /** Of k6; null: not running, or unknown. */
  readonly cpuSeconds: number | null;
  readonly atSeconds: number;
}

function measure({ before, pid, atSeconds }: { before: Reading; pid: number | null; atSeconds: number }) {
  const host = readHost();
  const usage = pid === null ? null : readProcessUsage(pid);
  const hostTotal = host.total - before.host.total;
  const elapsed = atSeconds - before.atSeconds;
  const canCompare = usage !== null && before.cpuSeconds !== null && elapsed > 0;
  const line: GeneratorSample = {
    type: 'generator',
    atSeconds,
    hostCpuRatio: hostTotal > 0 ? round((host.busy - before.host.busy) / hostTotal) : null,
    hostCores: cpus().length,
    k6CpuCores: canCompare ? round((usage.cpuSeconds - (before.cpuSeconds ?? 0)) / elapsed) : null,
    k6MemoryBytes: usage?.memoryBytes ?? null,
    k6OpenFiles: usage?.openFiles ?? null,
    openFilesLimit: usage?.openFilesLimit ?? null,
    ...readSocketUsage(),
  };
  return { line, reading: { host, cpuSeconds: usage?.cpuSeconds ?? null, atSeconds } };
}

/** Milliseconds of all cores since boot. */
function readHost(): Reading['host'] {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    total += sum;
    busy += sum - times.idle;
  }
  return { busy, total };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
