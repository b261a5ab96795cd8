import { html } from 'htm/preact';
import type { Chart } from '../chart.ts';
import { type Section, section } from '../shown.ts';
import { chartFigures } from './chart-figures.ts';

/** Replicas, usage, queue and latency of the run, one time axis, with what the controller and the load did. */
export function runTimeline(charts: readonly Chart[]): Section {
  return section(
    'timeline',
    'The run',
    html`<p class="note">
      Time since the run began. Thin grey lines: the load changes. Numbered marks: the controller rescales, or the
      cluster warns; the numbers are those of the <a href="#events">events</a>. Drag to zoom all charts, double-click
      to return.
    </p>`,
    chartFigures(charts),
  );
}
