import uPlot from 'uplot';
import type { Chart, ChartLine, ChartPage } from '../chart.ts';
import { formatNumber } from '../format-number.ts';
import { drawLimits, drawMarks } from './annotations.ts';
import { cssColor } from './css-color.ts';

const markHeight = 14;
const timeAxisHeight = 26;
const valueAxisWidth = 58;

const seconds = [1, 2, 5, 10, 15, 30];
/** Steps at which a clock is read: seconds, minutes, hours. */
const clockSteps = [
  ...seconds,
  ...seconds.map((step) => step * 60),
  ...[1, 2, 3, 6, 12, 24].map((step) => step * 3600),
];

/** There is no half replica. */
const wholeSteps = [1, 2, 5, 10, 20, 50, 100];

/** A chart as uPlot wants it. The last chart of a group carries the time axis for all above it. */
export function chartOptions(
  chart: Chart,
  page: ChartPage,
  { width, isLast, plotHeight }: { width: number; isLast: boolean; plotHeight: number },
): uPlot.Options {
  const top = chart.hasMarkNumbers ? markHeight : 8;
  return {
    width,
    height: plotHeight + top + (isLast ? timeAxisHeight : 8),
    padding: [top, 22, isLast ? 0 : 6, 0],
    cursor: { sync: { key: chart.group }, y: false, points: { size: 6 }, drag: { x: true, y: false } },
    legend: {
      live: true,
      markers: { width: 2, dash: (_, index) => (chart.lines[index - 1]?.isDashed ? 'dashed' : 'solid') },
    },
    scales: { x: { time: false }, y: { range: (_, low, high) => valueRange(chart, low, high) } },
    axes: [timeAxis(isLast), valueAxis(chart)],
    series: [
      { label: '\u00a0', value: (_, value) => (value === null ? '' : formatNumber(value, 'clock')) },
      ...chart.lines.map((line) => seriesOf(line, chart)),
    ],
    hooks: {
      drawAxes: [(plot) => drawMarks(plot, chart, page.marks)],
      draw: [(plot) => drawLimits(plot, chart)],
    },
  };
}

/** From 0, or a small difference would look like a large one; up to the limits, so that they can be seen. */
function valueRange(chart: Chart, low: number | null, high: number | null): uPlot.Range.MinMax {
  const largest = Math.max(
    high ?? 0,
    ...chart.limits.map(({ value }) => Math.min(value, (high ?? 0) * 3 || value)),
  );
  const top = largest <= 0 ? 1 : largest * 1.08;
  return [Math.min(0, low ?? 0), top];
}

function timeAxis(isLast: boolean): uPlot.Axis {
  return {
    ...axisLook(),
    size: isLast ? timeAxisHeight : 0,
    incrs: clockSteps,
    space: 64,
    values: (_, ticks) => ticks.map((tick) => (isLast ? formatNumber(tick, 'clock') : '')),
    ticks: { show: isLast, stroke: cssColor('--grid'), width: 1, size: 4 },
  };
}

function valueAxis(chart: Chart): uPlot.Axis {
  return {
    ...axisLook(),
    size: valueAxisWidth,
    space: 26,
    ...(chart.display === 'count' ? { incrs: wholeSteps } : {}),
    // The unit of milliseconds stands in the caption: the axis has no room for it.
    values: (_, ticks) =>
      ticks.map((tick) =>
        chart.display === 'percent' ? displayed(tick, chart) : formatNumber(tick, 'decimal'),
      ),
    ticks: { show: false },
  };
}

function axisLook(): uPlot.Axis {
  return {
    stroke: cssColor('--muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: cssColor('--grid'), width: 1 },
  };
}

function seriesOf(line: ChartLine, chart: Chart): uPlot.Series {
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    label: line.label,
    stroke: cssColor(`--line-${line.color}`),
    width: line.isDashed ? 1.25 : 1.75,
    points: { show: false },
    value: (_, value) => (value === null || value === undefined ? '' : displayed(value, chart)),
    ...(line.isDashed ? { dash: [5, 4] } : {}),
    ...(line.isStepped && stepped ? { paths: stepped } : {}),
  };
}

function displayed(value: number, { display }: Chart): string {
  if (display === 'percent') return formatNumber(value, 'percent');
  return formatNumber(value, display === 'milliseconds' ? 'milliseconds' : 'decimal');
}
