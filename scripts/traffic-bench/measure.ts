import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { readProcessUsage } from '../../tuner/load/process-usage.ts';
import type { StreamServer } from './stream-server.ts';

/** A program that reads streams until it gets SIGINT. */
export interface Client {
  /** Its name in the path of its streams, so that the server can count them. */
  readonly id: string;
  readonly title: string;
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
  /** Of all cores, with whatever else ran on the machine; 0–1. */
  readonly hostBusyRatio: number;
}

export interface MeasureOptions {
  readonly server: StreamServer;
  /** The window begins when each client has so many open, and the warm-up behind that is over. */
  readonly streams: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

const longestStartSeconds = 90;

/**
 * What clients read in one window of their steady state, side by side, and the CPU that takes each.
 *
 * Side by side, for what else the machine does makes a CPU-second worth less, and then it does so for all of them. Events
 * are counted by the server, the same way for each client: none can be ahead, and none falls behind for long.
 */
export async function measure(
  clients: readonly Client[],
  options: MeasureOptions,
): Promise<Map<string, Window>> {
  const running = clients.map((client) => start(client, options.signal));
  try {
    for (const each of running) await untilOpen(each, options);
    await sleep(options.warmUpSeconds * 1_000, undefined, { signal: options.signal });
    return await watch(running, options);
  } finally {
    await Promise.all(running.map((each) => each.end()));
    for (const { client } of running) {
      while ((await options.server.counts(client.id)).active > 0) await sleep(100);
    }
  }
}

interface Running {
  readonly client: Client;
  readonly pid: number;
  hasEnded(): boolean;
  end(): Promise<void>;
}

function start(client: Client, signal: AbortSignal): Running {
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
  return {
    client,
    pid: child.pid ?? 0,
    hasEnded: () => hasEnded,
    async end() {
      // An end that was not asked for is explained; of the other, programs only say that they were interrupted.
      const isAskedFor = !hasEnded;
      child.kill('SIGINT');
      const { stderr } = await child;
      if (!isAskedFor) process.stderr.write(`${client.title}: ${stderr.slice(-400)}\n`);
    },
  };
}

async function untilOpen(running: Running, { server, streams, signal }: MeasureOptions): Promise<void> {
  for (let waited = 0; (await server.counts(running.client.id)).active < streams; waited += 0.2) {
    if (running.hasEnded()) throw new Error(`${running.client.title} ended before its streams were open`);
    if (waited > longestStartSeconds)
      throw new Error(`${running.client.title} had not ${streams} streams open in time`);
    await sleep(200, undefined, { signal });
  }
}

interface Reading {
  readonly atMs: number;
  readonly events: number;
  readonly active: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

async function watch(
  running: readonly Running[],
  { server, seconds, signal }: MeasureOptions,
): Promise<Map<string, Window>> {
  const readAll = () => Promise.all(running.map((each) => read(each, server)));
  const hostBefore = readHost();
  const begins = await readAll();
  let ends = begins;
  const most = begins.map(({ memoryBytes }) => memoryBytes);
  while ((ends[0]?.atMs ?? 0) - (begins[0]?.atMs ?? 0) < seconds * 1_000) {
    await sleep(500, undefined, { signal });
    ends = await readAll();
    for (const [index, { memoryBytes }] of ends.entries())
      most[index] = Math.max(most[index] ?? 0, memoryBytes);
  }
  const host = readHost();
  const hostBusyRatio = (host.busy - hostBefore.busy) / Math.max(1, host.total - hostBefore.total);
  return new Map(
    running.map(({ client }, index) => {
      const [begin, end] = [begins[index], ends[index]];
      if (begin === undefined || end === undefined) throw new Error('every client is read each time');
      return [client.id, { ...windowOf(begin, end, most[index] ?? 0), hostBusyRatio }];
    }),
  );
}

async function read({ client, pid }: Running, server: StreamServer): Promise<Reading> {
  const counts = await server.counts(client.id);
  const usage = readProcessUsage(pid);
  if (usage === null)
    throw new Error(`${client.title} ended while it was measured (this benchmark needs Linux)`);
  return { ...counts, ...usage, atMs: performance.now() };
}

function windowOf(begin: Reading, end: Reading, memoryBytes: number): Omit<Window, 'hostBusyRatio'> {
  return {
    events: end.events - begin.events,
    seconds: (end.atMs - begin.atMs) / 1_000,
    cpuSeconds: end.cpuSeconds - begin.cpuSeconds,
    memoryBytes,
    active: end.active,
  };
}

/** Milliseconds of all cores since boot. */
function readHost(): { busy: number; total: number } {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq;
    total += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busy, total };
}
