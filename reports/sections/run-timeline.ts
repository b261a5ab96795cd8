import { html } from 'htm/preact';
import type { Run } from '../../tuner/contracts/run.ts';
import type { Chart } from '../chart.ts';
import type { Recorded } from '../recorded.ts';
import { type Section, section } from '../shown.ts';
import { arrivals } from './arrivals.ts';
import { chartFigures } from './chart-figures.ts';

/** Replicas, usage, queue and latency of the run, one time axis, with what the controller and the load did. */
export function runTimeline(charts: readonly Chart[], run: Recorded<Run>): Section {
  return section(
    'timeline',
    'The run',
    html`<p class="note">
      Time since the run began. Requests arrived ${arrivals(run)}. Thin grey lines: the load changes. Numbered marks: the controller rescales, or the
      cluster warns; the numbers are those of the <a href="#events">events</a>. Drag to zoom all charts, double-click
      to return.
    </p>`,
    chartFigures(charts),
  );
}
