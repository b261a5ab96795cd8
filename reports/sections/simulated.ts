import { html } from 'htm/preact';
import type { Advice } from '../../tuner/contracts/advice.ts';
import type { Chart } from '../chart.ts';
import { items, type Recorded } from '../recorded.ts';
import { number, type Section, type Shown, scalar, section, text } from '../shown.ts';
import { chartFigures } from './chart-figures.ts';
import { paretoPlot } from './pareto-plot.ts';

/** Current against proposed in simulation, and what else was weighed. */
export function simulated(advice: Recorded<Advice>, charts: readonly Chart[]): Section {
  const demand = advice.at('demand');
  const search = advice.at('search');
  const pareto = items(search.at('pareto'));
  return section(
    'simulated',
    'Current against proposed, simulated',
    html`<p>
      Demand: ${text(demand.at('description'))}; peak ${number(demand.at('peakArrivalsPerSecond'), 'decimal')}${' '}
      arrivals/s, ${number(demand.at('durationSeconds'), 'clock')} long. ${number(search.at('candidates'), 'integer')}${' '}
      settings tried in ${number(search.at('replications'), 'integer')} replications each, seed${' '}
      ${number(search.at('seed'), 'integer')}, ${number(search.at('elapsedSeconds'), 'seconds')}.
    </p>`,
    charts.length === 0 ? html`<p>Nothing was simulated.</p>` : chartFigures(charts),
    pareto.length < 3 ? null : paretoPlot(pareto),
    pareto.length === 0 ? null : weighed(pareto),
  );
}

function weighed(points: readonly Recorded<Advice['search']['pareto'][number]>[]): Shown {
  const names = [...new Set(points.flatMap(({ value }) => Object.keys(value.settings)))];
  return html`<details><summary>The settings that no other beats in both</summary>
    <div class="scroll"><table class="compact">
      <caption>Pareto front: fewer violated minutes cost more replica-hours</caption>
      <thead><tr><th scope="col">Violated minutes</th><th scope="col">Replica-hours</th>${names.map(
        (name) => html`<th scope="col">${name}</th>`,
      )}</tr></thead>
      <tbody>${points.map(
        (point) => html`<tr class=${point.value.isChosen ? 'chosen' : ''}>
          <th scope="row">${number(point.at('sloViolatedMinutes'), 'decimal')}${point.value.isChosen ? ' (chosen)' : ''}</th>
          <td class="number">${number(point.at('replicaHours'), 'decimal')}</td>
          ${names.map((name) => html`<td class="number">${scalar(point.at('settings').at(name))}</td>`)}
        </tr>`,
      )}</tbody>
    </table></div>
  </details>`;
}
