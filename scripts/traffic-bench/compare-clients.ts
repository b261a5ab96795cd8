import type { Bench } from './bench.ts';
import {
  bareReader,
  benchScript,
  chatScenario,
  communityScript,
  type Load,
  locustClient,
} from './clients.ts';
import { installLocust } from './install-locust.ts';
import { type Client, measure, type Window } from './measure.ts';
import { type Result, thousands } from './result.ts';

/** Clients that read the same streams side by side, and what of them is to be held against each other. */
interface Comparison {
  readonly title: string;
  readonly load: Load;
  readonly clients: readonly Client[];
  readonly goals: readonly Goal[];
}

/** Events per CPU-second of one client over those of another. */
interface Goal {
  readonly id: string;
  readonly other: string;
  readonly least: number;
  readonly text: string;
}

const loads = {
  paced: { shape: { tokens: 400, gapMs: 20 }, streams: 100, streamSeconds: 8 },
  // As fast as each takes them, and longer than the measurement: what the sockets hold must not count.
  bursts: { shape: { tokens: 50_000_000, gapMs: 0, batch: 20 }, streams: 2, streamSeconds: null },
} satisfies Record<string, Load>;
const rounds = 3;
const warmUpSeconds = 3;
const seconds = 8;

export async function comparePaced(bench: Bench): Promise<Result[]> {
  const load = loads.paced;
  const locust = await installLocust(bench.folder, bench.signal);
  const results = await compare(bench, {
    title: '20 ms an event',
    load,
    clients: [
      bareReader(bench, load),
      benchScript(bench, 'native', load),
      benchScript(bench, 'callback', load),
      chatScenario(bench, 'native', load),
      chatScenario(bench, 'callback', load),
      ...('command' in locust ? [locustClient(bench, locust.command, load)] : []),
    ],
    goals: [
      { id: 'native', other: 'reader', least: 0.7, text: '≥ 0.70' },
      // A callback that parses and counts, and one that measures what native does.
      { id: 'native', other: 'callback', least: 3, text: '≥ 3' },
      { id: 'scenario-native', other: 'scenario-callback', least: 3, text: '≥ 3' },
      { id: 'native', other: 'locust', least: 1, text: '> 1' },
    ],
  });
  const absent = 'missing' in locust ? [{ ...nothingAsked, measured: `left out: ${locust.missing}` }] : [];
  return [...results, ...absent.map((result) => ({ what: '20 ms an event: Locust', ...result }))];
}

export function compareBursts(bench: Bench): Promise<Result[]> {
  const load = loads.bursts;
  // Arrivals of a plan cannot keep streams open that have no end: scripts of the benchmark's own do.
  return compare(bench, {
    title: 'bursts',
    load,
    clients: [
      bareReader(bench, load),
      benchScript(bench, 'native', load),
      benchScript(bench, 'callback', load),
    ],
    goals: [{ id: 'native', other: 'callback', least: 5, text: '≥ 5' }],
  });
}

/** The same script for each event on the k6 of others, and on ours, in both loads. */
export async function compareCommunity(bench: Bench, k6: string): Promise<Result[]> {
  const against = (title: string, load: Load, goal: Pick<Goal, 'least' | 'text'>) =>
    compare(bench, {
      title,
      load,
      clients: [
        benchScript(bench, 'native', load),
        benchScript(bench, 'callback', load),
        communityScript(bench, k6, load),
      ],
      goals: [{ id: 'native', other: 'community', ...goal }],
    });
  return [
    ...(await against('20 ms an event, community', loads.paced, { least: 3, text: '≥ 3' })),
    ...(await against('bursts, community', loads.bursts, { least: 5, text: '≥ 5' })),
  ];
}

async function compare(bench: Bench, { title, load, clients, goals }: Comparison): Promise<Result[]> {
  const windows: Map<string, Window>[] = [];
  for (let round = 1; round <= rounds; round++) {
    const streams = load.streams * 0.95;
    const found = await measure(clients, { ...bench, streams, warmUpSeconds, seconds });
    windows.push(found);
    const told = clients.map((each) => `${each.title} ${thousands(perCpuSecond([found], each.id) ?? 0)}`);
    bench.note(`${title}, round ${round} of ${rounds}, events per CPU-second: ${told.join(', ')}`);
  }
  const rate = (id: string) => perCpuSecond(windows, id);
  return [
    ...clients.map((each) => ({
      ...nothingAsked,
      what: `${title}: ${each.title}`,
      measured: `${thousands(rate(each.id) ?? 0)} events per CPU-second`,
    })),
    ...goals.map((goal) => judge(title, goal, rate)),
  ];
}

/** Over all rounds; null: the client was not there. */
function perCpuSecond(windows: readonly Map<string, Window>[], id: string): number | null {
  const found = windows.flatMap((window) => window.get(id) ?? []);
  if (found.length === 0) return null;
  const sum = (value: (window: Window) => number) => found.reduce((total, each) => total + value(each), 0);
  return sum(({ events }) => events) / sum(({ cpuSeconds }) => cpuSeconds);
}

const nothingAsked = { goal: null, isMet: null };

function judge(title: string, goal: Goal, rate: (id: string) => number | null): Result {
  const [one, other] = [rate(goal.id), rate(goal.other)];
  const ratio = one === null || other === null ? null : one / other;
  return {
    what: `${title}: ${goal.id} / ${goal.other}`,
    measured: ratio === null ? 'not measured' : ratio.toFixed(2),
    goal: goal.text,
    isMet: ratio === null ? null : ratio >= goal.least,
  };
}
