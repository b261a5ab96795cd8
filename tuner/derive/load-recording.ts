import { binMidpoint, isFailedOutcome } from '../contracts/load-buckets.ts';
import { BinsBySecond, zeroBin } from './bins-by-second.ts';
import { GrowingNumbers } from './growing-array.ts';
import { Histogram } from './histogram.ts';

/** Tags that tell the series of one metric apart; an absent one matches every value. */
export interface SeriesFilter {
  readonly scenario?: string;
  readonly endpoint?: string;
  /** `ok`, or `failed` for every class of failure; a stream that the generator stopped is neither. */
  readonly outcome?: 'ok' | 'failed';
}

interface SeriesTags {
  readonly metric: string;
  readonly scenario: string;
  readonly endpoint: string;
  readonly outcome: string;
}

/** One series over the whole run, in columns: an 8-hour recording stays in tens of megabytes. */
export class LoadSeries {
  readonly tags: SeriesTags;
  /** Index: whole second since run start. */
  readonly counts = new GrowingNumbers();
  readonly sums = new GrowingNumbers();
  readonly lasts = new GrowingNumbers();
  readonly bins = new BinsBySecond();

  constructor(tags: SeriesTags) {
    this.tags = tags;
  }
}

/** Per-second k6 metrics of a run, merged over all runners that wrote them. */
export class LoadRecording {
  readonly series: LoadSeries[] = [];
  /** One more than the last second that holds a sample. */
  durationSeconds = 0;
  /** k6 said that it ended in order. */
  isComplete = false;

  find(metric: string, filter: SeriesFilter = {}): LoadSeries[] {
    return this.series.filter(
      ({ tags }) =>
        tags.metric === metric &&
        (filter.scenario === undefined || tags.scenario === filter.scenario) &&
        (filter.endpoint === undefined || tags.endpoint === filter.endpoint) &&
        isWanted(tags.outcome, filter.outcome),
    );
  }

  /** Sum of a counter (or count of a trend's samples) between two whole seconds, the later one excluded. */
  total(metric: string, kind: 'sum' | 'count', range: SecondRange, filter: SeriesFilter = {}): number {
    let total = 0;
    for (const series of this.find(metric, filter)) {
      const column = kind === 'sum' ? series.sums : series.counts;
      for (let second = range.from; second < range.to; second++) total += column.at(second);
    }
    return total;
  }

  /** All samples of a trend between two whole seconds, the later one excluded, as one histogram. */
  histogram(metric: string, range: SecondRange, filter: SeriesFilter = {}): Histogram {
    const merged = new Histogram();
    for (const series of this.find(metric, filter)) addBins(merged, series, range);
    return merged;
  }

  /** One histogram for each window of `stepSeconds`, the first beginning at `fromSeconds`. */
  histograms(metric: string, windows: Windows, filter: SeriesFilter = {}): Histogram[] {
    const merged = Array.from({ length: windows.count }, () => new Histogram());
    const to = windows.fromSeconds + windows.count * windows.stepSeconds;
    for (const { bins } of this.find(metric, filter)) {
      bins.each(windows.fromSeconds, to, (bin, count, second) => {
        const window = Math.floor((second - windows.fromSeconds) / windows.stepSeconds);
        merged[window]?.add(binValue(bin), count);
      });
    }
    return merged;
  }
}

function isWanted(outcome: string, wanted: SeriesFilter['outcome']): boolean {
  if (wanted === undefined) return true;
  return wanted === 'ok' ? outcome === 'ok' : isFailedOutcome(outcome);
}

export interface SecondRange {
  readonly from: number;
  readonly to: number;
}

export interface Windows {
  readonly fromSeconds: number;
  readonly stepSeconds: number;
  readonly count: number;
}

/** There are some thousand bins at most, and each is asked for in every second. */
const midpoints = new Map<number, number>([[zeroBin, 0]]);

function binValue(bin: number): number {
  const known = midpoints.get(bin);
  if (known !== undefined) return known;
  const value = binMidpoint(bin);
  midpoints.set(bin, value);
  return value;
}

function addBins(merged: Histogram, { bins }: LoadSeries, range: SecondRange): void {
  bins.each(range.from, range.to, (bin, count) => merged.add(binValue(bin), count));
}
