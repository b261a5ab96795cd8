import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { modelMismatch } from '../../tuner/contracts/model-mismatch.ts';
import type { Verdict } from '../../tuner/contracts/verdict.ts';
import { items, type Recorded } from '../recorded.ts';
import { badge, number, type Section, type Shown, section, table, text } from '../shown.ts';

type Replay = Verdict['replay'][number];
type Objective = Verdict['objectives'][number];

/** How far the model can be trusted: against the real controller, against the recording, against the objectives. */
export function modelMatch(verdict: Recorded<Verdict>): Section {
  const replay = items(verdict.at('replay'));
  return section(
    'model',
    'Model against reality',
    replay.length === 0
      ? html`<p>No HPA was recorded, so there was nothing to replay.</p>`
      : replayTable(replay),
    ...differences(replay),
    calibration(verdict),
    objectives(verdict),
    html`<p class="note">The proposed settings have not been re-tested: what they do is a simulation’s word so far.</p>`,
  );
}

function replayTable(rows: readonly Recorded<Replay>[]): VNode {
  return table(
    'Recorded metrics through the HPA model, against what the real controller set',
    [
      { head: 'HPA', cell: (row) => text(row.at('hpaName')) },
      { head: 'Syncs', isNumber: true, cell: (row) => number(row.at('syncs'), 'integer') },
      { head: 'Differ', isNumber: true, cell: (row) => number(row.at('mismatches'), 'integer') },
      { head: 'Share', isNumber: true, cell: (row) => number(row.at('mismatchRatio'), 'percent') },
    ],
    rows,
    { className: 'compact' },
  );
}

/** Nothing where all are equal: then there is nothing to do. */
function differences(replay: readonly Recorded<Replay>[]): Shown[] {
  if (replay.every(({ value }) => value.mismatches === 0)) return [];
  return [
    html`<p><strong>The model differs from the controller.</strong> ${modelMismatch.meaning}</p>`,
    ...replay.flatMap(examples),
    html`<p>What to do:</p>
      <ul>${modelMismatch.next.map((step) => html`<li>${step}</li>`)}</ul>`,
  ];
}

function examples(replay: Recorded<Replay>): Shown[] {
  const rows = items(replay.at('examples'));
  if (rows.length === 0) return [];
  return [
    table(
      `Replicas wanted where they differ, ${replay.value.hpaName}${rows.length < replay.value.mismatches ? ', the first of them' : ''}`,
      [
        { head: 'At', cell: (row) => number(row.at('atSeconds'), 'clock') },
        {
          head: 'The controller set',
          isNumber: true,
          cell: (row) => number(row.at('recordedDesired'), 'integer'),
        },
        { head: 'The model', isNumber: true, cell: (row) => number(row.at('modelDesired'), 'integer') },
        { head: 'From what', cell: (row) => text(row.at('note')) },
      ],
      rows,
      { className: 'compact' },
    ),
  ];
}

function calibration(verdict: Recorded<Verdict>): Shown {
  const rows = items(verdict.at('calibration'));
  if (rows.length === 0) return html`<p>The simulator was not held against this recording.</p>`;
  return table(
    'The simulator under the settings in force, in several draws of what is luck, against the recording it learned from',
    [
      { head: 'Quantity', cell: (row) => text(row.at('quantity')) },
      { head: 'Recorded, mean', isNumber: true, cell: (row) => number(row.at('recorded'), 'decimal') },
      { head: 'Simulated, mean', isNumber: true, cell: (row) => number(row.at('simulated'), 'decimal') },
      { head: 'lowest draw', isNumber: true, cell: (row) => number(row.at('simulatedLow'), 'decimal') },
      { head: 'highest draw', isNumber: true, cell: (row) => number(row.at('simulatedHigh'), 'decimal') },
      { head: 'Recorded is', cell: (row) => place(row.value) },
      {
        head: 'Mean absolute difference',
        isNumber: true,
        cell: (row) => number(row.at('meanAbsoluteError'), 'decimal'),
      },
      { head: 'Unit', cell: (row) => text(row.at('unit')) },
    ],
    rows,
    { className: 'compact' },
  );
}

/** Where the recorded mean lies among the draws; nothing in files that hold none. */
function place({ recorded, simulatedLow, simulatedHigh }: Verdict['calibration'][number]): string {
  if (simulatedLow === undefined || simulatedHigh === undefined) return '';
  if (recorded < simulatedLow) return 'below them';
  return recorded > simulatedHigh ? 'above them' : 'among them';
}

function objectives(verdict: Recorded<Verdict>): Shown {
  const rows = items(verdict.at('objectives'));
  if (rows.length === 0) return null;
  return table(
    'Objectives, as measured in this run under the settings in force',
    [
      { head: 'Objective', cell: (row) => text(row.at('id')) },
      { head: 'Limit', isNumber: true, cell: (row) => number(row.at('limit'), 'decimal') },
      { head: 'Measured', isNumber: true, cell: (row) => number(row.at('measured'), 'decimal') },
      { head: 'Unit', cell: (row) => text(row.at('unit')) },
      { head: 'Result', cell: met },
    ],
    rows,
    { className: 'compact' },
  );
}

function met({ value }: Recorded<Objective>): VNode {
  if (value.isMet === null) return badge('not measured', 'plain');
  return value.isMet ? badge('met', 'good') : badge('missed', 'bad');
}
