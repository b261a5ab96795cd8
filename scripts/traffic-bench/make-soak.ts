import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { binIndex } from '../../tuner/contracts/load-buckets.ts';
import { drawPoisson } from '../../tuner/stats/poisson.ts';
import { seededRandom } from '../../tuner/stats/seeded-random.ts';

/** A soak as `--out buckets` would have recorded it, made in a minute instead of hours. */
export interface Soak {
  readonly startAt: string;
  readonly seconds: number;
  readonly seed: number;
  readonly arrivalsPerSecond: Readonly<Record<'chat' | 'workflow', number>>;
}

const tokensPerSecond = 20;
const meanAnswerSeconds = { chat: 8, workflow: 12 } as const;
const endpoints = { chat: 'chat-messages', workflow: 'workflows-run' } as const;
const failures = ['cut', 'timed_out', 'http_502'];

/** Samples of one series within one second. */
interface Cell {
  count: number;
  sum: number;
  min: number;
  max: number;
  readonly bins: Map<number, number> | null;
}
type Kind = 'counter' | 'trend' | 'gauge';

/**
 * Writes the file as k6 does: what a request measured early in its life is known when it ends, so lines for past
 * seconds follow later.
 *
 * @returns requests that ended in it
 */
export async function writeSoak(path: string, soak: Soak): Promise<number> {
  const file = createWriteStream(path);
  const random = seededRandom(soak.seed);
  const writer = new Lines(soak.startAt);
  /** Requests that end in a second. */
  const endings = new Map<number, (() => void)[]>();
  const open = { chat: 0, workflow: 0 };
  let ended = 0;

  for (let second = 0; second < soak.seconds; second++) {
    for (const name of ['chat', 'workflow'] as const) {
      const arrivals = drawPoisson(soak.arrivalsPerSecond[name], random);
      writer.add(second, ['requests_started', 'counter', name, endpoints[name], ''], arrivals, arrivals);
      open[name] += arrivals;
      for (let n = 0; n < arrivals; n++) {
        const request = drawRequest(name, second + random(), random);
        const list = endings.get(request.endSecond) ?? [];
        list.push(() => {
          open[name] -= 1;
          ended += 1;
          record(writer, name, request);
        });
        endings.set(request.endSecond, list);
      }
      recordTokens(writer, second, name, { open: open[name], random });
    }
    for (const end of endings.get(second) ?? []) end();
    endings.delete(second);
    for (const [metric, kind, value] of [
      ['vus', 'gauge', open.chat + open.workflow],
      ['vus_max', 'gauge', 200],
      ['data_sent', 'counter', 12_000],
      ['data_received', 'counter', (open.chat + open.workflow) * tokensPerSecond * 320],
    ] as const) {
      writer.add(second, [metric, kind, '', '', ''], 1, value);
    }
    if (!file.write(writer.take())) await once(file, 'drain');
  }
  file.end(
    `${JSON.stringify({ type: 'footer', endedAt: new Date(Date.parse(soak.startAt) + soak.seconds * 1000).toISOString(), droppedSamples: 0 })}\n`,
  );
  await once(file, 'close');
  return ended;
}

interface Request {
  readonly atSeconds: number;
  readonly firstTokenMs: number;
  readonly durationMs: number;
  readonly endSecond: number;
  readonly outcome: string;
}

function drawRequest(name: 'chat' | 'workflow', atSeconds: number, random: () => number): Request {
  const firstTokenMs = 400 * Math.exp(0.5 * normal(random));
  const durationMs = firstTokenMs + meanAnswerSeconds[name] * 1000 * (0.5 + random());
  const outcome = random() < 0.005 ? (failures[Math.floor(random() * failures.length)] ?? 'cut') : 'ok';
  return {
    atSeconds,
    firstTokenMs,
    durationMs,
    endSecond: Math.floor(atSeconds + durationMs / 1000),
    outcome,
  };
}

function record(writer: Lines, name: 'chat' | 'workflow', request: Request): void {
  const { atSeconds, firstTokenMs, durationMs, outcome } = request;
  const trend = (metric: string, ms: number, at = atSeconds + ms / 1000) =>
    writer.add(Math.floor(at), [metric, 'trend', name, endpoints[name], outcome], 1, nanoseconds(ms));
  writer.add(request.endSecond, ['requests', 'counter', name, endpoints[name], outcome], 1, 1);
  writer.add(request.endSecond, ['iterations', 'counter', name, '', ''], 1, 1);
  trend('scheduling_delay_ms', 0.2 + (durationMs % 1), atSeconds);
  trend('time_to_headers_ms', firstTokenMs * 0.9);
  trend('time_to_first_event_ms', firstTokenMs * 0.9);
  trend('time_to_first_token_ms', firstTokenMs);
  if (name === 'workflow') trend('queue_wait_ms', firstTokenMs * 0.3);
  trend('stream_duration_ms', durationMs);
}

/** Gaps spread by some 10 % around their mean, with a tail, as over a network. */
function recordTokens(
  writer: Lines,
  second: number,
  name: 'chat' | 'workflow',
  { open, random }: { open: number; random: () => number },
): void {
  if (open === 0) return;
  const tokens = open * tokensPerSecond;
  const tags = [name, endpoints[name], ''] as const;
  writer.add(second, ['tokens', 'counter', ...tags], tokens, tokens);
  writer.add(second, ['stream_bytes', 'counter', ...tags], open, tokens * 310);
  writer.add(second, ['active_streams', 'gauge', ...tags], 2, open);
  const drawn = Math.min(tokens, 150);
  for (let n = 0; n < drawn; n++) {
    const spread = random() < 0.05 ? 0.6 : 0.1;
    const gapMs = (1000 / tokensPerSecond) * Math.exp(spread * normal(random));
    writer.add(
      second,
      ['inter_token_gap_ms', 'trend', ...tags],
      Math.round(tokens / drawn),
      nanoseconds(gapMs),
    );
  }
}

/** As the output writes them: k6 measures nanoseconds, and 15 digits leave the noise of sums out. */
function tidy(value: number): number {
  return Number(value.toPrecision(15));
}

function nanoseconds(ms: number): number {
  return Math.round(ms * 1e6) / 1e6;
}

/** Polar form of Box and Muller would throw half away; the plain one is enough here. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

type Tags = readonly [metric: string, kind: Kind, scenario: string, endpoint: string, outcome: string];

/** Cells by second and series, and the lines that announce and write them. */
class Lines {
  readonly #ids = new Map<string, number>();
  readonly #kinds: Kind[] = [];
  #cells = new Map<number, Map<number, Cell>>();
  #text: string;

  constructor(startAt: string) {
    const histogram = { scheme: 'log-linear', subBucketsPerOctave: 64 };
    this.#text = `${JSON.stringify({ type: 'header', schemaVersion: 1, startAt, histogram, runner: '0' })}\n`;
  }

  /** @param count samples, all of the same value; a counter's value is their sum */
  add(second: number, tags: Tags, count: number, value: number): void {
    const id = this.#idOf(tags);
    const kind = tags[1];
    const cells = this.#cells.get(second) ?? new Map<number, Cell>();
    this.#cells.set(second, cells);
    const cell = cells.get(id) ?? {
      count: 0,
      sum: 0,
      min: value,
      max: value,
      bins: kind === 'trend' ? new Map() : null,
    };
    cells.set(id, cell);
    cell.count += count;
    cell.sum += kind === 'trend' ? value * count : value;
    cell.min = Math.min(cell.min, value);
    cell.max = Math.max(cell.max, value);
    if (cell.bins !== null) {
      const bin = binIndex(value);
      cell.bins.set(bin, (cell.bins.get(bin) ?? 0) + count);
    }
  }

  /** The lines since the last call. */
  take(): string {
    const lines = [...this.#cells]
      .sort(([a], [b]) => a - b)
      .map(([second, cells]) => this.#line(second, cells));
    this.#cells = new Map();
    const text = this.#text + lines.join('');
    this.#text = '';
    return text;
  }

  #idOf([metric, kind, scenario, endpoint, outcome]: Tags): number {
    const key = `${metric} ${scenario} ${endpoint} ${outcome}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    this.#kinds.push(kind);
    this.#text += `${JSON.stringify({ type: 'series', id, metric, kind, scenario, endpoint, outcome })}\n`;
    return id;
  }

  #line(second: number, cells: ReadonlyMap<number, Cell>): string {
    const values = [...cells]
      .sort(([a], [b]) => a - b)
      .map(([id, { count, sum, min, max, bins }]) => {
        const kind = this.#kinds[id];
        if (bins !== null) {
          const pairs = [...bins].sort(([a], [b]) => a - b).flat();
          return count > 1
            ? { id, count, sum: tidy(sum), min, max, bins: pairs }
            : { id, count, sum: tidy(sum), bins: pairs };
        }
        return kind === 'gauge' ? { id, count, sum: sum * count, min, max, last: max } : { id, count, sum };
      });
    return `${JSON.stringify({ type: 'bucket', atSeconds: second, values })}\n`;
  }
}
