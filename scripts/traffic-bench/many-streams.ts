import { readLoad } from '../../tuner/derive/read-load.ts';
import { readLines } from '../../tuner/journal/read-ndjson.ts';
import type { Bench } from './bench.ts';
import { benchScript, chatScenario, type Load, outputOf } from './clients.ts';
import { type Client, measure, type Window } from './measure.ts';
import type { Result } from './result.ts';

const eventsPerSecond = 20;
const streamSeconds = 10;
const goals = { cores: 1, memoryBytes: 1e9, firstTokenLateMs: 2 };
const windowSeconds = 20;

/** As many streams as a large test needs, and half of them to see how late a first token is told. */
export async function manyStreams(bench: Bench): Promise<Result[]> {
  const full = await run(bench, loadOf(2_000), chatScenario(bench, 'native', loadOf(2_000)));
  const half = await run(bench, loadOf(1_000), benchScript(bench, 'native', loadOf(1_000)));
  const cores = full.window.cpuSeconds / full.window.seconds;
  const what = `2,000 streams, ${eventsPerSecond} events/s each`;
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
      what: "1,000 streams: first token after the server's own stamp, p99",
      measured: `${shown(half.lateP99Ms)} (p50 ${shown(half.lateP50Ms)})`,
      goal: '≤ 2 ms',
      isMet: half.lateP99Ms === null ? null : half.lateP99Ms <= goals.firstTokenLateMs,
    },
  ];
}

function loadOf(streams: number): Load {
  const shape = { tokens: eventsPerSecond * streamSeconds, gapMs: 1_000 / eventsPerSecond, firstMs: 200 };
  return { shape, streams, streamSeconds };
}

function shown(ms: number | null): string {
  return ms === null ? 'none' : `${ms.toFixed(2)} ms`;
}

interface Run {
  readonly window: Window;
  readonly dropped: number;
  readonly lateP50Ms: number | null;
  readonly lateP99Ms: number | null;
}

async function run(bench: Bench, { streams }: Load, client: Client): Promise<Run> {
  // Streams end and begin all the time: a few less are open than there will be on average.
  const options = { ...bench, streams: streams * 0.97, warmUpSeconds: 5, seconds: windowSeconds };
  const window = (await measure([client], options)).get(client.id);
  if (window === undefined) throw new Error(`${client.title} was not measured`);
  const cores = (window.cpuSeconds / window.seconds).toFixed(2);
  bench.note(`${streams} streams: ${cores} cores, ${(window.memoryBytes / 1e6).toFixed(0)} MB`);
  const output = outputOf(bench, client.id);
  const load = await readLoad(readLines(output), '2026-01-01T00:00:00.000Z', output);
  // Seconds count from the file's header: the last of them are those of the window, all connections made.
  const range = { from: load.durationSeconds - windowSeconds - 5, to: load.durationSeconds };
  const late = load.histogram('first_token_late_ms', range);
  return {
    window,
    dropped: load.total('dropped_iterations', 'sum', { from: 0, to: load.durationSeconds }),
    lateP50Ms: late.quantile(0.5),
    lateP99Ms: late.quantile(0.99),
  };
}
