import { html } from 'htm/preact';
import type { Advice } from '../../tuner/contracts/advice.ts';
import type { Evidence } from '../../tuner/contracts/evidence.ts';
import { items, present, type Recorded } from '../recorded.ts';
import { number, type Section, type Shown, section, table, text } from '../shown.ts';

/** What is not known, where the recording is silent, and what limits the advice. */
export function unknowns(evidence: Recorded<Evidence | null>, advice: Recorded<Advice | null>): Section {
  const learned = present(evidence);
  const advised = present(advice);
  return section(
    'unknowns',
    'What this does not know',
    advised === null ? null : caveats(advised),
    learned === null ? null : unknownTable(learned),
    learned === null ? null : gapTable(learned),
  );
}

function caveats(advice: Recorded<Advice>): Shown {
  const rows = items(advice.at('caveats'));
  return rows.length === 0 ? null : html`<ul>${rows.map((caveat) => html`<li>${text(caveat)}</li>`)}</ul>`;
}

function unknownTable(evidence: Recorded<Evidence>): Shown {
  const rows = items(evidence.at('unknowns'));
  if (rows.length === 0) return null;
  return table(
    'Not learned',
    [
      { head: 'What', cell: (row) => text(row.at('what')) },
      { head: 'Why', cell: (row) => text(row.at('why')) },
      { head: 'What would teach it', cell: (row) => text(row.at('next')) },
    ],
    rows,
    { className: 'compact' },
  );
}

function gapTable(evidence: Recorded<Evidence>): Shown {
  const rows = items(evidence.at('gaps'));
  if (rows.length === 0) return null;
  return table(
    'Silent sources',
    [
      { head: 'Source', cell: (row) => text(row.at('source')) },
      { head: 'From', isNumber: true, cell: (row) => number(row.at('fromSeconds'), 'clock') },
      {
        head: 'To',
        isNumber: true,
        cell: (row) => (row.value.toSeconds === null ? 'the end' : number(row.at('toSeconds'), 'clock')),
      },
      { head: 'Why', cell: (row) => text(row.at('reason')) },
    ],
    rows,
    { className: 'compact' },
  );
}
