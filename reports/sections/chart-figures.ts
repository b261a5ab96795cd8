import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Chart } from '../chart.ts';

/** Places for the charts; the browser draws them, and without scripts the sources are named. */
export function chartFigures(charts: readonly Chart[]): VNode {
  return html`<div class="charts">
    <noscript><p>The charts need JavaScript; their values stand in evidence.json and advice.json.</p></noscript>
    ${charts.map(
      (chart) => html`<figure class="chart" data-chart=${chart.id}>
        <figcaption><b>${chart.title}</b> <span class="unit">${chart.unit}</span></figcaption>
        <div
          class="plot"
          role="img"
          aria-label=${`${chart.title}, ${chart.unit}, over time: ${chart.lines.map(({ label }) => label).join(', ')}`}
        ></div>
      </figure>`,
    )}
  </div>`;
}
