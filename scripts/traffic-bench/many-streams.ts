import { join } from 'node:path';
import { readLoad } from '../../tuner/derive/read-load.ts';
import { readLines } from '../../tuner/journal/read-ndjson.ts';
import type { Bench } from './bench.ts';
import { k6Client } from './clients.ts';
import { measure, type Window } from './measure.ts';
import type { Result } from './result.ts';

const eventsPerSecond = 20;
const streamSeconds = 10;
const longestSeconds = 120;
const goals = { cores: 1, memoryBytes: 1e9, firstTokenLateMs: 2 };

/** An open load of as many streams as a large test needs, and half of it to see how late a first token is told. */
export async function manyStreams(bench: Bench): Promise<Result[]> {
  const full = await run(bench, 2_000);
  const half = await run(bench, 1_000);
  const cores = full.window.cpuSeconds / full.window.seconds;
  const what = `${full.streams} streams, ${eventsPerSecond} events/s each`;
  return [
    { what: `${what}: open at the end`, measured: String(full.window.active), goal: null, isMet: null },
    {
      what: `${what}: CPU`,
      measured: `${cores.toFixed(2)} cores`,
      goal: '≤ 1 core',
      isMet: cores <= goals.cores,
    },
    {
      what: `${what}: memory`,
      measured: `${(full.window.memoryBytes / 1e6).toFixed(0)} MB`,
      goal: '≤ 1 GB',
      isMet: full.window.memoryBytes <= goals.memoryBytes,
    },
    {
      what: `${what}: dropped iterations`,
      measured: String(full.dropped),
      goal: '0',
      isMet: full.dropped === 0,
    },
    {
      what: `${half.streams} streams: first token after the server's own stamp, p99`,
      measured: `${half.firstTokenLateP99Ms?.toFixed(2) ?? 'none'} ms (p50 ${half.firstTokenLateP50Ms?.toFixed(2) ?? 'none'})`,
      goal: '≤ 2 ms',
      isMet: half.firstTokenLateP99Ms !== null && half.firstTokenLateP99Ms <= goals.firstTokenLateMs,
    },
  ];
}

interface Run {
  readonly streams: number;
  readonly window: Window;
  readonly dropped: number;
  readonly firstTokenLateP50Ms: number | null;
  readonly firstTokenLateP99Ms: number | null;
}

async function run(bench: Bench, streams: number): Promise<Run> {
  const arrivalsPerSecond = streams / streamSeconds;
  const output = join(bench.folder, `many-${streams}.ndjson`);
  const query = `tokens=${eventsPerSecond * streamSeconds}&gapMs=${1_000 / eventsPerSecond}&firstMs=200`;
  const url = `${bench.server.url}/v1/chat-messages?${query}`;
  const client = k6Client(`k6 with ${streams} streams`, 'native.ts', {
    k6: bench.k6,
    load: { url, streams: Math.ceil(streams * 1.2), seconds: longestSeconds },
    output,
    env: { BENCH_ARRIVALS_PER_SECOND: String(arrivalsPerSecond) },
  });
  const options = { ...bench, streams: streams * 0.98, warmUpSeconds: 5, seconds: 20 };
  const window = await measure(client, options);
  bench.note(
    `${streams} streams: ${(window.cpuSeconds / window.seconds).toFixed(2)} cores, ${(window.memoryBytes / 1e6).toFixed(0)} MB`,
  );
  const startAt = '2026-01-01T00:00:00.000Z';
  const load = await readLoad(readLines(output), startAt, output);
  // Seconds are counted from the file's header; all but the start-up, in which 2,000 connections are made, count.
  const first = load.find('first_token_late_ms')[0];
  const last = load.durationSeconds;
  const late = load.histogram('first_token_late_ms', { from: last - 25, to: last });
  if (first === undefined) throw new Error('no first token was recorded');
  return {
    streams,
    window,
    dropped: load.total('dropped_iterations', 'sum', { from: 0, to: last }),
    firstTokenLateP50Ms: late.quantile(0.5),
    firstTokenLateP99Ms: late.quantile(0.99),
  };
}
