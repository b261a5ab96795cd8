import { plot } from 'simple-ascii-chart';
import type { Series } from '../contracts/evidence.ts';

const height = 8;
/** Narrower ones show nothing; wider ones are hard to take in. */
const leastColumns = 40;
const mostColumns = 140;
/** The axis to the left, with numbers of up to six characters. */
const axisColumns = 9;

export interface ChartOptions {
  readonly title: string;
  /** Of the terminal. */
  readonly columns: number;
  /** That values are multiplied with; default 1. */
  readonly factor?: number;
}

/** A series for a terminal: minutes from left to right; values that are unknown are left out. */
export function terminalChart(series: Series, { title, columns, factor = 1 }: ChartOptions): string {
  const points = series.values.flatMap((value, index): [number, number][] =>
    value === null ? [] : [[(series.fromSeconds + index * series.stepSeconds) / 60, value * factor]],
  );
  const values = points.map(([, value]) => value);
  // A chart of one value has no scale.
  if (new Set(values).size < 2) return `${title}: ${values[0]?.toFixed(2) ?? 'no values'} throughout\n`;
  const width = Math.min(mostColumns, Math.max(leastColumns, columns)) - axisColumns;
  const shown = thinned(points, width);
  const yTicks = roundTicks(0, Math.max(...values), height / 2);
  const xTicks = roundTicks(shown[0]?.[0] ?? 0, shown.at(-1)?.[0] ?? 0, width / columnsPerTick);
  const drawn = plot(shown, {
    width,
    height,
    title,
    yRange: [0, yTicks.at(-1) ?? 1],
    customXAxisTicks: xTicks,
    customYAxisTicks: yTicks,
    formatter: (value) => shortNumber(Number(value)),
  });
  const lines = drawn.split('\n').map((line) => line.trimEnd());
  return `${lines.filter((line) => line !== '').join('\n')} min\n`;
}

const columnsPerTick = 9;

/** One point per column: the highest of those that fall on it, as a chart is looked at for its peaks. */
function thinned(points: readonly [number, number][], width: number): [number, number][] {
  const perColumn = Math.max(1, points.length / width);
  const columns = new Map<number, [number, number]>();
  for (const [index, point] of points.entries()) {
    const column = Math.floor(index / perColumn);
    const before = columns.get(column);
    if (before === undefined || point[1] > before[1])
      columns.set(column, [before?.[0] ?? point[0], point[1]]);
  }
  return [...columns.values()];
}

const roundSteps = [1, 2, 5];

/**
 * Round numbers over a range, from the first below it to the first above it.
 *
 * @param most how many steps there may be
 * @example roundTicks(0, 19, 8) // [0, 5, 10, 15, 20]
 */
export function roundTicks(from: number, to: number, most: number): number[] {
  const least = Math.max(to - from, Number.MIN_VALUE) / Math.max(1, Math.floor(most));
  const power = 10 ** Math.floor(Math.log10(least));
  const step = (roundSteps.find((round) => round * power >= least * (1 - 1e-9)) ?? 10) * power;
  const first = Math.floor(from / step);
  const count = Math.ceil(to / step - 1e-9) - first;
  return Array.from({ length: count + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 1 : 0);
}
