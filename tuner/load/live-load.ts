import {
  binMidpoint,
  isFailedOutcome,
  isLaterMessage,
  type LoadLine,
  loadLineSchema,
} from '../contracts/load-buckets.ts';
import type { LiveLoad } from './load-run.ts';

type BucketValue = Extract<LoadLine, { type: 'bucket' }>['values'][number];

/** What of load.ndjson people want to see while it is written. */
export interface LiveLoadView {
  see(line: string): void;
  /** ISO time of the header; null: nothing was written yet. */
  startAt(): string | null;
  /** Arrivals that began in each second since then, until half a minute after the first. */
  firstStarts(): readonly number[];
  /** Newest complete second, in seconds since the header's start; null: none yet. */
  latest(): Omit<LiveLoad, 'remainingSeconds' | 'runners'> | null;
}

interface Second {
  readonly atSeconds: number;
  arrivals: number;
  completions: number;
  failures: number;
  readonly firstTokens: Map<number, number>;
}

/** Rates of a single second jump too much to be read. */
const windowSeconds = 10;
const firstSeconds = 30;

export function startLiveLoad(): LiveLoadView {
  const series = new Map<number, { metric: string; endpoint: string; outcome: string }>();
  const seconds: Second[] = [];
  const firstStarts: number[] = [];
  let startAt: string | null = null;
  let activeStreams: number | null = null;
  let dropped = 0;

  /** Late samples of a second that has left the window go nowhere. */
  const secondOf = (atSeconds: number): Second | null => {
    const found = seconds.find((each) => each.atSeconds === atSeconds);
    if (found !== undefined) return found;
    const newest = seconds.at(-1)?.atSeconds ?? Number.NEGATIVE_INFINITY;
    if (atSeconds < newest) return null;
    const fresh = { atSeconds, arrivals: 0, completions: 0, failures: 0, firstTokens: new Map() };
    seconds.push(fresh);
    while ((seconds[0]?.atSeconds ?? atSeconds) <= atSeconds - windowSeconds) seconds.shift();
    return fresh;
  };
  const add = (atSeconds: number, value: BucketValue) => {
    const { metric, endpoint, outcome } = series.get(value.id) ?? { metric: '', endpoint: '', outcome: '' };
    if (metric === 'requests_started' && !isLaterMessage(endpoint))
      countStarts(firstStarts, atSeconds, value.sum);
    if (metric === 'dropped_iterations') dropped += value.sum;
    const second = secondOf(atSeconds);
    if (second === null) return;
    if (metric === 'requests_started') second.arrivals += value.sum;
    else if (metric === 'active_streams') activeStreams = value.last ?? activeStreams;
    else if (metric === 'time_to_first_token_ms') addBins(second.firstTokens, value.bins ?? []);
    else if (metric === 'requests') {
      second.completions += value.sum;
      if (isFailedOutcome(outcome)) second.failures += value.sum;
    }
  };
  return {
    see(text) {
      const line = loadLineSchema.safeParse(parseJson(text)).data;
      if (line?.type === 'header') startAt = line.startAt;
      else if (line?.type === 'series') series.set(line.id, line);
      else if (line?.type === 'bucket') for (const value of line.values) add(line.atSeconds, value);
    },
    startAt: () => startAt,
    firstStarts: () => firstStarts,
    latest: () => (seconds.length === 0 ? null : summarize(seconds, { activeStreams, dropped })),
  };
}

function countStarts(firstStarts: number[], second: number, count: number): void {
  const first = firstStarts.findIndex((each) => each > 0);
  if (first >= 0 && second >= first + firstSeconds) return;
  while (firstStarts.length <= second) firstStarts.push(0);
  firstStarts[second] = (firstStarts[second] ?? 0) + count;
}

function summarize(
  seconds: readonly Second[],
  { activeStreams, dropped }: { activeStreams: number | null; dropped: number },
): Omit<LiveLoad, 'remainingSeconds' | 'runners'> {
  const total = (pick: (second: Second) => number) => seconds.reduce((sum, second) => sum + pick(second), 0);
  const completions = total((second) => second.completions);
  const failures = total((second) => second.failures);
  const firstTokens = new Map<number, number>();
  for (const second of seconds) addBins(firstTokens, [...second.firstTokens].flat());
  return {
    atSeconds: Math.max(...seconds.map((second) => second.atSeconds)),
    arrivalsPerSecond: total((second) => second.arrivals) / seconds.length,
    completionsPerSecond: completions / seconds.length,
    activeStreams,
    timeToFirstTokenP95Ms: quantile(firstTokens, 0.95),
    errorRatio: completions === 0 ? null : failures / completions,
    droppedIterations: dropped,
  };
}

/** @param bins flat pairs of bin index and count */
function addBins(into: Map<number, number>, bins: readonly number[]): void {
  for (let i = 0; i + 1 < bins.length; i += 2) {
    const index = bins[i] ?? 0;
    into.set(index, (into.get(index) ?? 0) + (bins[i + 1] ?? 0));
  }
}

/** Nearest rank over bin midpoints; null without samples. */
function quantile(bins: ReadonlyMap<number, number>, ratio: number): number | null {
  const sorted = [...bins].sort(([a], [b]) => a - b);
  const rank = Math.ceil(ratio * sorted.reduce((sum, [, count]) => sum + count, 0));
  let seen = 0;
  for (const [index, count] of sorted) {
    seen += count;
    if (seen >= rank) return binMidpoint(index);
  }
  return null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Only for watching: whoever reads the recording later names the bad line.
    return null;
  }
}
