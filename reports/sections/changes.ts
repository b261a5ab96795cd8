import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Advice, SettingAdvice, SimulatedOutcome } from '../../tuner/contracts/advice.ts';
import { componentNames } from '../../tuner/contracts/component.ts';
import type { NumberFormat } from '../format-number.ts';
import { items, present, type Recorded } from '../recorded.ts';
import { type Column, number, type Section, type Shown, scalar, section, table, text } from '../shown.ts';

/** Every setting: current, proposed, why, how sure; and what all of them together buy and cost. */
export function changes(advice: Recorded<Advice>): Section {
  const settings = items(advice.at('settings'));
  return section(
    'changes',
    advice.value.verdict === 'change' ? 'What to change' : 'The settings',
    settings.length === 0 ? html`<p>No setting was weighed.</p>` : null,
    ...componentNames.flatMap((component) => {
      const rows = settings.filter(({ value }) => value.component === component);
      return rows.length === 0 ? [] : [table(component, columns, rows, { rowClass, className: 'settings' })];
    }),
    outcomes(advice),
  );
}

function rowClass({ value }: Recorded<SettingAdvice>): string {
  return value.verdict;
}

const columns: Column<Recorded<SettingAdvice>>[] = [
  { head: 'Setting', cell: settingName },
  { head: 'Current', isNumber: true, cell: (row) => withUnit(row, 'current') },
  { head: 'Proposed', isNumber: true, cell: proposed },
  { head: 'Equally good', isNumber: true, cell: flatRegion },
  { head: 'Confidence', cell: (row) => text(row.at('confidence')) },
  { head: 'Because', cell: (row) => html`<p>${text(row.at('because'))}</p>` },
];

/** Dots are where a narrow column may break the path. */
function settingName(row: Recorded<SettingAdvice>): VNode {
  const id = `setting-${row.value.component}-${row.value.id}`;
  return html`<code id=${id} data-source=${row.at('sets').source}>${row.value.sets
    .split(/(?<=\.)/)
    .map((part) => html`${part}<wbr />`)}</code>`;
}

function withUnit(row: Recorded<SettingAdvice>, which: 'current' | 'proposed'): VNode {
  const value = row.at(which);
  const unit =
    row.value.unit === '' || typeof value.value !== 'number'
      ? null
      : html` <span class="unit">${text(row.at('unit'))}</span>`;
  const isShort = typeof value.value === 'number' && row.value.unit.length <= 10;
  return html`<span class=${isShort ? 'value' : ''}>${scalar(value)}${unit}</span>`;
}

function proposed(row: Recorded<SettingAdvice>): VNode {
  if (row.value.verdict === 'noChange') return withUnit(row, 'proposed');
  if (row.value.verdict === 'insufficientEvidence') return html`<span class="unit">cannot be said</span>`;
  return html`<b>${withUnit(row, 'proposed')}</b>`;
}

function flatRegion(row: Recorded<SettingAdvice>): Shown {
  const region = present(row.at('flatRegion'));
  if (region === null) return html`<span class="unit">not tried</span>`;
  const low = number(region.at('low'), 'decimal');
  // A region of one value was tried all the same: its neighbours did worse.
  if (region.value.low === region.value.high) return html`<span class="value">${low} alone</span>`;
  return html`<span class="value">${low} to ${number(region.at('high'), 'decimal')}</span>`;
}

interface OutcomeRow {
  readonly name: string;
  readonly cell: (outcome: Recorded<SimulatedOutcome>) => Shown;
}

function outcomes(advice: Recorded<Advice>): Shown {
  const both = present(advice.at('outcomes'));
  if (both === null) return html`<p>Nothing was simulated, so there is no outcome to compare.</p>`;
  const rows = outcomeRows(both.value);
  return table(
    'What it buys and costs: the same demand, simulated under both',
    [
      { head: 'Outcome', cell: ({ name }) => name },
      { head: 'Current', isNumber: true, cell: ({ cell }) => cell(both.at('current')) },
      { head: 'Proposed', isNumber: true, cell: ({ cell }) => cell(both.at('proposed')) },
    ],
    rows,
    { className: 'compact outcomes' },
  );
}

function outcomeRows({
  current,
  proposed,
}: {
  current: SimulatedOutcome;
  proposed: SimulatedOutcome;
}): OutcomeRow[] {
  type NumberField = Exclude<keyof SimulatedOutcome, 'sloViolatedMinutes' | 'replicaHours'>;
  const row = (name: string, field: NumberField, format: NumberFormat): OutcomeRow => ({
    name,
    cell: (outcome) => number(outcome.at(field) as Recorded<number | null>, format),
  });
  const components = componentNames.filter(
    (component) => component in current.replicaHours || component in proposed.replicaHours,
  );
  return [
    {
      name: 'Minutes with a missed objective',
      cell: (outcome) => violated(outcome.at('sloViolatedMinutes')),
    },
    row('Time to first token, p95', 'timeToFirstTokenP95Seconds', 'seconds'),
    row('Queue wait, p95', 'queueWaitP95Seconds', 'seconds'),
    row('Failed requests', 'errorRatio', 'percent'),
    row('Streams cut by scaling in', 'cutStreams', 'decimal'),
    row('Runs lost by scaling in', 'lostRuns', 'decimal'),
    row('Rescales', 'rescales', 'decimal'),
    row('Flaps', 'flaps', 'decimal'),
    ...components.map((component) => ({
      name: `Replica-hours, ${component}`,
      cell: (outcome: Recorded<SimulatedOutcome>) =>
        number(outcome.at('replicaHours').at(component), 'decimal'),
    })),
    ...(current.cost === null && proposed.cost === null ? [] : [row('Cost', 'cost', 'decimal')]),
  ];
}

function violated(of: Recorded<SimulatedOutcome['sloViolatedMinutes']>): VNode {
  return html`<span>${number(of.at('mean'), 'decimal')} <span class="interval"
    >(${number(of.at('low'), 'decimal')} to ${number(of.at('high'), 'decimal')})</span
  ></span>`;
}
