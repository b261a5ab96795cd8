import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { bareReader, k6Client, locustClient } from './clients.ts';
import { installLocust } from './install-locust.ts';
import { type Client, measure } from './measure.ts';
import { type Result, thousands } from './result.ts';

interface Shape {
  /** Of one stream: see scripts/traffic-bench/streams/serve.go. */
  readonly query: string;
  readonly streams: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly title: string;
}

const shapes: Record<'paced' | 'bursts', Shape> = {
  paced: {
    title: '20 ms an event',
    query: 'tokens=400&gapMs=20',
    streams: 200,
    rounds: 3,
    seconds: 8,
  },
  // As fast as they are taken, some 20 events in each write.
  bursts: { title: 'bursts', query: 'tokens=20000&gapMs=0&batch=20', streams: 8, rounds: 2, seconds: 5 },
};

type Name = 'reader' | 'native' | 'callback' | 'locust';
const longestSeconds = 120;
const warmUpSeconds = 3;

/** Events per CPU-second of each client, in turns, so that what else the machine does falls on all of them. */
export async function compareClients(bench: Bench, kind: 'paced' | 'bursts'): Promise<Result[]> {
  const shape = shapes[kind];
  const locust = kind === 'paced' ? await installLocust(bench.folder, bench.signal) : null;
  const clients = clientsOf(bench, shape, locust !== null && 'command' in locust ? locust.command : null);
  const totals = new Map<Name, { events: number; cpuSeconds: number; rates: number[] }>();
  for (let round = 0; round < shape.rounds; round++) {
    for (const [name, client] of clients) {
      const window = await measure(client, { ...bench, ...shape, warmUpSeconds });
      const perCpuSecond = window.events / window.cpuSeconds;
      bench.note(
        `${shape.title}, round ${round + 1}: ${client.name} ${thousands(window.events / window.seconds)} events/s with ${(window.cpuSeconds / window.seconds).toFixed(2)} cores: ${thousands(perCpuSecond)} events per CPU-second`,
      );
      const total = totals.get(name) ?? { events: 0, cpuSeconds: 0, rates: [] };
      total.events += window.events;
      total.cpuSeconds += window.cpuSeconds;
      total.rates.push(perCpuSecond);
      totals.set(name, total);
    }
  }
  const rate = (name: Name) => {
    const total = totals.get(name);
    return total === undefined ? null : total.events / total.cpuSeconds;
  };
  const shown = [...clients].map(([name, { name: title }]) => figure(shape, title, rate(name) ?? 0));
  if (locust !== null && 'missing' in locust) shown.push(absent(shape, locust.missing));
  return [...shown, ...goals(kind, shape, rate)];
}

function clientsOf(
  { k6, program, server, folder }: Bench,
  shape: Shape,
  locust: string | null,
): Map<Name, Client> {
  const url = `${server.url}/v1/chat-messages?${shape.query}`;
  const load = { url, streams: shape.streams, seconds: longestSeconds };
  const output = join(folder, 'load.ndjson');
  const clients = new Map<Name, Client>([
    ['reader', bareReader(program, load)],
    ['native', k6Client('k6, native', 'native.ts', { k6, load, output })],
    ['callback', k6Client('k6, callback', 'callback.ts', { k6, load, output })],
  ]);
  if (locust !== null) clients.set('locust', locustClient(locust, load));
  return clients;
}

function figure({ title }: Shape, client: string, perCpuSecond: number): Result {
  const measured = `${thousands(perCpuSecond)} events per CPU-second`;
  return { what: `${title}: ${client}`, measured, goal: null, isMet: null };
}

function absent({ title }: Shape, why: string): Result {
  return { what: `${title}: Locust`, measured: `left out: ${why}`, goal: null, isMet: null };
}

function goals(kind: 'paced' | 'bursts', { title }: Shape, rate: (name: Name) => number | null): Result[] {
  const native = rate('native') ?? 0;
  const against = (what: string, name: Name, least: number, goal: string): Result => {
    const other = rate(name);
    const ratio = other === null ? null : native / other;
    return {
      what: `${title}: native / ${what}`,
      measured: ratio === null ? 'not measured' : ratio.toFixed(2),
      goal,
      isMet: ratio === null ? null : ratio >= least,
    };
  };
  if (kind === 'bursts') return [against('callback', 'callback', 5, '≥ 5')];
  return [
    against('bare Go reader', 'reader', 0.7, '≥ 0.70'),
    against('callback', 'callback', 3, '≥ 3'),
    against('Locust', 'locust', 1, '> 1'),
  ];
}
