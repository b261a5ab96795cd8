import type { Bench } from './bench.ts';
import { bareReader, benchScript, chatScenario, type Load, locustClient } from './clients.ts';
import { installLocust } from './install-locust.ts';
import { type Client, measure, type Window } from './measure.ts';
import { type Result, thousands } from './result.ts';

type Kind = 'paced' | 'bursts';

const titles: Record<Kind, string> = { paced: '20 ms an event', bursts: 'bursts' };
const loads: Record<Kind, Load> = {
  paced: { shape: { tokens: 400, gapMs: 20 }, streams: 100, streamSeconds: 8 },
  // As fast as each takes them, and longer than the measurement: what the sockets hold must not count.
  bursts: { shape: { tokens: 50_000_000, gapMs: 0, batch: 20 }, streams: 2, streamSeconds: null },
};
const rounds = 3;
const warmUpSeconds = 3;
const seconds = 8;

/** Events per CPU-second of each client. */
export async function compareClients(bench: Bench, kind: Kind): Promise<Result[]> {
  const locust = kind === 'paced' ? await installLocust(bench.folder, bench.signal) : null;
  const command = locust !== null && 'command' in locust ? locust.command : null;
  const clients = clientsOf(bench, kind, command);
  const windows: Map<string, Window>[] = [];
  for (let round = 1; round <= rounds; round++) {
    const streams = loads[kind].streams * 0.95;
    const found = await measure(clients, { ...bench, streams, warmUpSeconds, seconds });
    windows.push(found);
    const told = clients.map(({ id, title }) => `${title} ${thousands(perCpuSecond([found], id) ?? 0)}`);
    bench.note(`${titles[kind]}, round ${round} of ${rounds}, events per CPU-second: ${told.join(', ')}`);
  }
  const rate = (id: string) => perCpuSecond(windows, id);
  const shown = clients.map(({ id, title }) => figure(kind, title, rate(id) ?? 0));
  if (locust !== null && 'missing' in locust) shown.push(absent(kind, locust.missing));
  return [...shown, ...goals(kind, rate)];
}

function clientsOf(bench: Bench, kind: Kind, locust: string | null): Client[] {
  const load = loads[kind];
  // Arrivals of a plan cannot keep streams open that have no end: scripts of the benchmark's own do.
  if (kind === 'bursts') {
    return [
      bareReader(bench, load),
      benchScript(bench, 'native', load),
      benchScript(bench, 'callback', load),
    ];
  }
  return [
    bareReader(bench, load),
    benchScript(bench, 'native', load),
    benchScript(bench, 'callback', load),
    chatScenario(bench, 'native', load),
    chatScenario(bench, 'callback', load),
    ...(locust === null ? [] : [locustClient(bench, locust, load)]),
  ];
}

/** Over all rounds; null: the client was not there. */
function perCpuSecond(windows: readonly Map<string, Window>[], id: string): number | null {
  const found = windows.flatMap((window) => window.get(id) ?? []);
  if (found.length === 0) return null;
  const sum = (value: (window: Window) => number) => found.reduce((total, each) => total + value(each), 0);
  return sum(({ events }) => events) / sum(({ cpuSeconds }) => cpuSeconds);
}

function figure(kind: Kind, client: string, value: number): Result {
  const measured = `${thousands(value)} events per CPU-second`;
  return { what: `${titles[kind]}: ${client}`, measured, goal: null, isMet: null };
}

function absent(kind: Kind, why: string): Result {
  return { what: `${titles[kind]}: Locust`, measured: `left out: ${why}`, goal: null, isMet: null };
}

function goals(kind: Kind, rate: (id: string) => number | null): Result[] {
  const against = (id: string, other: string, goal: { least: number; text: string }): Result => {
    const [a, b] = [rate(id), rate(other)];
    const ratio = a === null || b === null ? null : a / b;
    return {
      what: `${titles[kind]}: ${id} / ${other}`,
      measured: ratio === null ? 'not measured' : ratio.toFixed(2),
      goal: goal.text,
      isMet: ratio === null ? null : ratio >= goal.least,
    };
  };
  if (kind === 'bursts') return [against('native', 'callback', { least: 5, text: '≥ 5' })];
  return [
    against('native', 'reader', { least: 0.7, text: '≥ 0.70' }),
    // A callback that parses and counts, and one that measures what native does.
    against('native', 'callback', { least: 3, text: '≥ 3' }),
    against('scenario-native', 'scenario-callback', { least: 3, text: '≥ 3' }),
    against('native', 'locust', { least: 1, text: '> 1' }),
  ];
}
