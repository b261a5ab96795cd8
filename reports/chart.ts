import type { Series } from '../tuner/contracts/evidence.ts';
import type { Recorded } from './recorded.ts';

/** What the browser draws: plain data, written into the page as JSON. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** Said beside the title: `replicas`, `ms`, `/s`. */
  readonly unit: string;
  readonly display: 'plain' | 'count' | 'percent' | 'milliseconds';
  /** Charts of one group share time axis, cursor and zoom. */
  readonly group: 'run' | 'simulated';
  readonly lines: readonly ChartLine[];
  readonly limits: readonly ChartLimit[];
  /** Draws the numbers of the marks; the other charts of the group show faint lines. */
  readonly hasMarkNumbers?: boolean;
}

export type LineColor =
  | 'api'
  | 'worker'
  | 'web'
  | 'chat'
  | 'workflow'
  | 'total'
  | 'current'
  | 'proposed'
  | 'errors';

export interface ChartLine {
  readonly label: string;
  readonly color: LineColor;
  readonly isDashed: boolean;
  /** Counts hold until the next change; they do not slope. */
  readonly isStepped: boolean;
  readonly source: string;
  readonly fromSeconds: number;
  readonly stepSeconds: number;
  readonly values: readonly (number | null)[];
}

export interface ChartLimit {
  readonly label: string;
  readonly color: LineColor;
  readonly value: number;
}

export interface ChartMark {
  readonly atSeconds: number;
  readonly kind: 'rescale' | 'warning' | 'stage';
  /** Number in the events list; null for load stages. */
  readonly number: number | null;
  readonly color: LineColor;
}

export interface ChartPage {
  readonly charts: readonly Chart[];
  readonly marks: readonly ChartMark[];
}

/** More points than a screen has columns only cost time. */
const mostPoints = 2400;

export interface LineStyle {
  readonly label: string;
  readonly color: LineColor;
  readonly isDashed?: boolean;
  readonly isStepped?: boolean;
}

/** A line of a recorded series; null where there is none, or nothing in it. */
export function line(series: Recorded<Series | null>, style: LineStyle): ChartLine[] {
  const { value } = series;
  if (value === null || value.values.every((point) => point === null)) return [];
  const thinned = thin(value);
  return [
    {
      isDashed: false,
      isStepped: false,
      ...style,
      source: series.source,
      fromSeconds: thinned.fromSeconds,
      stepSeconds: thinned.stepSeconds,
      // Five digits are finer than any pixel and a third of the page's size.
      values: thinned.values.map((point) => (point === null ? null : Number(point.toPrecision(5)))),
    },
  ];
}

/** Keeps the largest of each few neighbours, as recorded: peaks are what a review looks for. */
function thin(series: Series): Series {
  const every = Math.ceil(series.values.length / mostPoints);
  if (every === 1) return series;
  const values = Array.from({ length: Math.ceil(series.values.length / every) }, (_, index) => {
    const known = series.values.slice(index * every, (index + 1) * every).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
  return { ...series, stepSeconds: series.stepSeconds * every, values };
}
