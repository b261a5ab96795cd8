import uPlot from 'uplot';
import type { Chart, ChartPage } from '../chart.ts';
import { chartOptions } from './chart-options.ts';

/** Paper is narrower than a screen: A4 and Letter less their margins, in CSS pixels. */
const paperWidth = 700;

interface Drawn {
  readonly chart: Chart;
  readonly place: HTMLElement;
  plot: uPlot;
}

/** Draws every chart into its figure, and again when the width, the colours or the medium change. */
export function drawCharts(page: ChartPage): void {
  const drawn = page.charts.flatMap((chart): Drawn[] => {
    const place = document.querySelector<HTMLElement>(`[data-chart="${chart.id}"] .plot`);
    return place === null ? [] : [{ chart, place, plot: draw(chart, place, page, place.clientWidth) }];
  });
  const redraw = (width?: number) => {
    for (const one of drawn) {
      one.plot.destroy();
      one.plot = draw(one.chart, one.place, page, width ?? one.place.clientWidth);
    }
  };
  let redrawing = 0;
  addEventListener('resize', () => {
    cancelAnimationFrame(redrawing);
    redrawing = requestAnimationFrame(() => {
      for (const { plot, place } of drawn) plot.setSize({ width: place.clientWidth, height: plot.height });
    });
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw());
  addEventListener('beforeprint', () => {
    document.documentElement.classList.add('on-paper');
    redraw(paperWidth);
  });
  addEventListener('afterprint', () => {
    document.documentElement.classList.remove('on-paper');
    redraw();
  });
}

function draw(chart: Chart, place: HTMLElement, page: ChartPage, width: number): uPlot {
  const isLast = page.charts.filter(({ group }) => group === chart.group).at(-1) === chart;
  return new uPlot(
    chartOptions(chart, page, { width, isLast, plotHeight: onPaper() ? 66 : 92 }),
    alignedData(chart, page),
    place,
  );
}

/** Lines of different steps on one axis; the group's ends belong to each, so that all charts span the same time. */
function alignedData(chart: Chart, page: ChartPage): uPlot.AlignedData {
  const tables = chart.lines.map(
    (line): uPlot.AlignedData => [
      line.values.map((_, index) => line.fromSeconds + index * line.stepSeconds),
      [...line.values],
    ],
  );
  const ends = page.charts
    .filter(({ group }) => group === chart.group)
    .flatMap(({ lines }) => lines)
    .flatMap(({ fromSeconds, stepSeconds, values }) => [
      fromSeconds,
      fromSeconds + stepSeconds * values.length,
    ]);
  const axis: uPlot.AlignedData = [[Math.min(...ends), Math.max(...ends)]];
  return uPlot.join([axis, ...tables]);
}

/** Lower on paper, so that the charts of a group share one sheet of A4 or Letter. */
function onPaper(): boolean {
  return document.documentElement.classList.contains('on-paper');
}
