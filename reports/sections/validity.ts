import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Validity, ValidityCheck } from '../../tuner/contracts/validity.ts';
import { items, type Recorded } from '../recorded.ts';
import { badge, number, type Section, section, table, text } from '../shown.ts';

/** Whether the run is fit to learn from: every check with its number. */
export function validity(checked: Recorded<Validity>): Section {
  const verdict = checked.at('verdict');
  return section(
    'validity',
    'Was this run fit to learn from?',
    html`<p>The run is <b>${text(verdict)}</b>.</p>`,
    table(
      'Checks',
      [
        { head: 'Check', cell: (check) => text(check.at('id')) },
        { head: 'Result', cell: result },
        { head: 'Value', isNumber: true, cell: (check) => number(check.at('value'), 'decimal') },
        { head: 'Limit', isNumber: true, cell: (check) => number(check.at('limit'), 'decimal') },
        { head: 'Unit', cell: (check) => text(check.at('unit')) },
        { head: 'Because', cell: (check) => text(check.at('because')) },
      ],
      items(checked.at('checks')),
      { className: 'compact' },
    ),
  );
}

function result({ value }: Recorded<ValidityCheck>): VNode {
  if (value.isPassed === null) return badge('not judged', 'plain');
  if (value.isPassed) return badge('passed', 'good');
  return value.severity === 'invalidates'
    ? badge('invalidates the run', 'bad')
    : badge('weakens the run', 'unsure');
}
