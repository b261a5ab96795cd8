import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { type ProcessUsage, readProcessUsage } from '../../tuner/load/process-usage.ts';
import type { StreamServer } from './stream-server.ts';

/** A program that reads streams until it gets SIGINT, or its standard input ends. */
export interface Client {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Window {
  readonly events: number;
  readonly seconds: number;
  /** Of the client's whole process. */
  readonly cpuSeconds: number;
  /** The most that was seen. */
  readonly memoryBytes: number;
  /** At the end of the window. */
  readonly active: number;
}

interface MeasureOptions {
  readonly server: StreamServer;
  /** The window begins when so many are open, and the warm-up behind that is over. */
  readonly streams: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

const longestStartSeconds = 90;

/**
 * What a client reads in a window of its steady state, and the CPU that takes.
 *
 * Events are counted by the server, the same way for each client: none can be ahead, and none falls behind for long.
 */
export async function measure(client: Client, options: MeasureOptions): Promise<Window> {
  const { server, signal } = options;
  const child = execa(client.command, client.args, {
    env: { ...process.env, ...client.env },
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'pipe',
    reject: false,
    cancelSignal: signal,
    forceKillAfterDelay: 3_000,
  });
  let hasEnded = false;
  void child.then(() => {
    hasEnded = true;
  });
  try {
    const pid = child.pid ?? 0;
    await untilOpen(options, () => hasEnded);
    await sleep(options.warmUpSeconds * 1_000, undefined, { signal });
    return await watch(pid, options, client.name);
  } finally {
    child.kill('SIGINT');
    const { stderr, exitCode } = await child;
    if (exitCode !== 0 && !signal.aborted && stderr !== '')
      process.stderr.write(`${client.name}: ${stderr.slice(-400)}\n`);
    while ((await server.counts()).active > 0) await sleep(100);
  }
}

async function untilOpen({ server, streams, signal }: MeasureOptions, hasEnded: () => boolean) {
  for (let waited = 0; (await server.counts()).active < streams; waited += 0.2) {
    if (hasEnded()) throw new Error('the client ended before its streams were open');
    if (waited > longestStartSeconds) throw new Error(`${streams} streams were not open in time`);
    await sleep(200, undefined, { signal });
  }
}

async function watch(
  pid: number,
  { server, seconds, signal }: MeasureOptions,
  name: string,
): Promise<Window> {
  const begin = await reading(pid, server, name);
  let memoryBytes = begin.usage.memoryBytes;
  let end = begin;
  while (end.atMs - begin.atMs < seconds * 1_000) {
    await sleep(500, undefined, { signal });
    end = await reading(pid, server, name);
    memoryBytes = Math.max(memoryBytes, end.usage.memoryBytes);
  }
  return {
    events: end.events - begin.events,
    seconds: (end.atMs - begin.atMs) / 1_000,
    cpuSeconds: end.usage.cpuSeconds - begin.usage.cpuSeconds,
    memoryBytes,
    active: end.active,
  };
}

async function reading(pid: number, server: StreamServer, name: string) {
  const counts = await server.counts();
  const usage: ProcessUsage | null = readProcessUsage(pid);
  if (usage === null) throw new Error(`${name} ended while it was measured (this benchmark needs Linux)`);
  return { ...counts, usage, atMs: performance.now() };
}
