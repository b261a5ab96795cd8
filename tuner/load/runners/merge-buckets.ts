import type { LoadLine } from '../../contracts/load-buckets.ts';

type Header = Extract<LoadLine, { type: 'header' }>;
type Series = Extract<LoadLine, { type: 'series' }>;
type Bucket = Extract<LoadLine, { type: 'bucket' }>;
type BucketValue = Bucket['values'][number];

/** Lines of several runners, made into the lines of one. */
export interface BucketMerger {
  /** Stands first in the file. */
  readonly header: LoadLine;
  /**
   * @param runner number of the runner that wrote the line, from 0
   * @param clockOffsetSeconds added to what that runner's clock says
   * @returns what is to be written for it
   */
  add(runner: number, line: LoadLine, clockOffsetSeconds: number): LoadLine[];
  /** What a runner has under way counts no more. */
  lose(runner: number): void;
  /** Values whose series line was lost with a piece of the log. */
  unknownValues(): number;
}

interface RunnerState {
  header: Header | null;
  /** Its series id → the merged one. */
  readonly ids: Map<number, MergedSeries>;
  footer: Extract<LoadLine, { type: 'footer' }> | null;
}

interface MergedSeries {
  readonly id: number;
  readonly kind: Series['kind'];
  /** Newest value of a gauge by runner: what the group has is their sum. */
  readonly lasts: Map<number, number>;
}

/**
 * Adds the recordings of several runners up while they are being made. Counts, sums and histogram bins of the same
 * second and tags stand in lines of their own for each runner, and readers of load.ndjson add lines up anyway: merged
 * percentiles are those of all samples in one histogram. A gauge is the sum over the runners.
 *
 * @param startAt ISO time of the merged second 0, not after any runner's
 */
export function mergeBuckets(startAt: string, parallelism: number): BucketMerger {
  const startMs = Date.parse(startAt);
  const runners = new Map<number, RunnerState>();
  const series = new Map<string, MergedSeries>();
  let unknown = 0;

  const stateOf = (runner: number): RunnerState => {
    const found = runners.get(runner) ?? { header: null, ids: new Map(), footer: null };
    runners.set(runner, found);
    return found;
  };
  const addSeries = (state: RunnerState, line: Series): LoadLine[] => {
    const key = JSON.stringify([line.metric, line.scenario, line.endpoint, line.outcome]);
    const found = series.get(key);
    const merged = found ?? { id: series.size, kind: line.kind, lasts: new Map() };
    series.set(key, merged);
    state.ids.set(line.id, merged);
    return found === undefined ? [{ ...line, id: merged.id }] : [];
  };
  const addBucket = (runner: number, line: Bucket, shiftSeconds: number): LoadLine[] => {
    const { ids } = stateOf(runner);
    const values = line.values.flatMap((value) => {
      const merged = ids.get(value.id);
      if (merged === undefined) unknown += 1;
      return merged === undefined ? [] : [mergedValue(merged, runner, value)];
    });
    const atSeconds = Math.max(0, Math.floor(line.atSeconds + shiftSeconds));
    return values.length === 0 ? [] : [{ type: 'bucket', atSeconds, values }];
  };
  return {
    header: {
      type: 'header',
      schemaVersion: 1,
      startAt,
      histogram: { scheme: 'log-linear', subBucketsPerOctave: 64 },
      runner: `0-${parallelism - 1}`,
    },
    add(runner, line, clockOffsetSeconds) {
      const state = stateOf(runner);
      if (line.type === 'series') return addSeries(state, line);
      if (line.type === 'bucket') {
        const beganMs = Date.parse(state.header?.startAt ?? startAt);
        return addBucket(runner, line, (beganMs - startMs) / 1000 + clockOffsetSeconds);
      }
      if (line.type === 'header') {
        state.header = line;
        return [];
      }
      state.footer = line;
      return footerOf([...runners.values()], parallelism);
    },
    lose(runner) {
      for (const { lasts } of series.values()) lasts.delete(runner);
    },
    unknownValues: () => unknown,
  };
}

function mergedValue({ id, kind, lasts }: MergedSeries, runner: number, value: BucketValue): BucketValue {
  if (kind !== 'gauge') return { ...value, id };
  lasts.set(runner, value.last ?? 0);
  const sum = [...lasts.values()].reduce((total, last) => total + last, 0);
  return { id, count: 1, sum, min: sum, max: sum, last: sum };
}

/** One end for all: it is missing while any runner's is. */
function footerOf(runners: readonly RunnerState[], parallelism: number): LoadLine[] {
  const footers = runners.flatMap(({ footer }) => footer ?? []);
  if (footers.length < parallelism) return [];
  const endedAt = footers.map((footer) => footer.endedAt).reduce((a, b) => (a > b ? a : b));
  const droppedSamples = footers.reduce((sum, footer) => sum + footer.droppedSamples, 0);
  return [{ type: 'footer', endedAt, droppedSamples }];
}
