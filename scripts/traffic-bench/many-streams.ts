import { readLoad } from '../../tuner/derive/read-load.ts';
import { readLines } from '../../tuner/journal/read-ndjson.ts';
import type { Bench } from './bench.ts';
import { bareReader, benchScript, chatScenario, type Load, outputOf } from './clients.ts';
import { type Client, measure, type Window } from './measure.ts';
import type { Result } from './result.ts';

const eventsPerSecond = 20;
const streamSeconds = 10;
const goals = { cores: 1, memoryBytes: 1e9, firstTokenLateMs: 2 };
const windowSeconds = 20;
/** Above this there was not always a core when one was needed: lateness and drops are then the machine's. */
const busiestHostRatio = 0.9;

/** As many streams as a large test needs, and half of them to see how late a first token is told. */
export async function manyStreams(bench: Bench): Promise<Result[]> {
  const reader = await readBare(bench, loadOf(2_000));
  const native = await run(bench, loadOf(2_000), benchScript(bench, 'native', loadOf(2_000)));
  const scenario = await run(bench, loadOf(2_000), chatScenario(bench, 'native', loadOf(2_000)));
  const half = await run(bench, loadOf(1_000), benchScript(bench, 'native', loadOf(1_000)));
  return [
    // What this machine needs for the wake-ups and the reads alone: the least that any client can.
    { what: '2,000 streams, bare Go reader: CPU', measured: coresText(reader), goal: null, isMet: null },
    ...figures('2,000 streams, native', native),
    ...figures('2,000 streams, chat scenario', scenario),
    {
      what: "1,000 streams, native: first token after the server's own stamp, p99",
      measured: `${shown(half.lateP99Ms)} (p50 ${shown(half.lateP50Ms)})${busyNote(half)}`,
      goal: '≤ 2 ms',
      isMet: half.lateP99Ms !== null && half.lateP99Ms <= goals.firstTokenLateMs ? true : judged(half, false),
    },
  ];
}

function figures(what: string, found: Run): Result[] {
  const { window, dropped } = found;
  const megabytes = window.memoryBytes / 1e6;
  return [
    {
      what: `${what}: CPU`,
      measured: coresText(window),
      goal: '≤ 1 core',
      isMet: coresOf(window) <= goals.cores,
    },
    {
      what: `${what}: memory`,
      measured: `${megabytes.toFixed(0)} MB for ${found.vus} VUs${busyNote(found)}`,
      goal: '≤ 1 GB',
      // Streams that a full machine slows down last longer, and more VUs are made for those that come meanwhile.
      isMet: window.memoryBytes <= goals.memoryBytes ? true : judged(found, false),
    },
    {
      what: `${what}: dropped iterations`,
      measured: `${dropped}${busyNote(found)}`,
      goal: '0',
      isMet: dropped === 0 ? true : judged(found, false),
    },
  ];
}

function coresOf({ cpuSeconds, seconds }: Window): number {
  return cpuSeconds / seconds;
}

function coresText(window: Window): string {
  return `${coresOf(window).toFixed(2)} cores for ${(window.events / window.seconds).toFixed(0)} events/s`;
}

/** A miss on a machine that was full says nothing. */
function judged({ window }: Run, isMet: boolean): boolean | null {
  return window.hostBusyRatio > busiestHostRatio ? null : isMet;
}

function busyNote({ window }: Run): string {
  return window.hostBusyRatio > busiestHostRatio
    ? `, the machine being ${(window.hostBusyRatio * 100).toFixed(0)} % busy`
    : '';
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
  readonly vus: number;
  readonly lateP50Ms: number | null;
  readonly lateP99Ms: number | null;
}

async function readBare(bench: Bench, load: Load): Promise<Window> {
  const client = bareReader(bench, load);
  const options = { ...bench, streams: load.streams * 0.97, warmUpSeconds: 5, seconds: windowSeconds };
  const window = (await measure([client], options)).get(client.id);
  if (window === undefined) throw new Error(`${client.title} was not measured`);
  bench.note(`${load.streams} streams, bare reader: ${coresText(window)}`);
  return window;
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
  const [vusMax] = load.find('vus_max');
  let vus = 0;
  for (let second = range.from; second < range.to; second++)
    vus = Math.max(vus, vusMax?.lasts.at(second) ?? 0);
  const late = load.histogram('first_token_late_ms', range);
  return {
    window,
    dropped: load.total('dropped_iterations', 'sum', { from: 0, to: load.durationSeconds }),
    vus,
    lateP50Ms: late.quantile(0.5),
    lateP99Ms: late.quantile(0.99),
  };
}
