import { html } from 'htm/preact';
import type { Evidence } from '../../tuner/contracts/evidence.ts';
import { isFailedOutcome } from '../../tuner/contracts/load-buckets.ts';
import { explainOutcome } from '../../tuner/contracts/outcome-classes.ts';
import { items, present, type Recorded } from '../recorded.ts';
import { number, type Section, section, table, text } from '../shown.ts';

type Outcome = Evidence['outcomes'][number] | NonNullable<Evidence['otherCalls']>[number];

/** Each class of failure with its requests, what it means, and what to do; null where nothing failed. */
export function failures(evidence: Recorded<Evidence>): Section | null {
  const other = present(evidence.at('otherCalls'));
  const ended: Recorded<Outcome>[] = [
    ...items(evidence.at('outcomes')),
    ...(other === null ? [] : items(other)),
  ];
  const failed = ended
    .filter(({ value }) => isFailedOutcome(value.outcome) && value.count > 0)
    .sort((a, b) => b.value.count - a.value.count);
  if (failed.length === 0) return null;
  return section(
    'failures',
    'What failed, and what to do',
    html`<p>A stream that ends without the event that ends an answer is a failure, whatever its status.</p>`,
    table(
      'Failed requests by class, most frequent first',
      [
        { head: 'Outcome', cell: (row) => text(row.at('outcome')) },
        { head: 'Class', cell: (row) => text(row.at('requestClass')) },
        { head: 'Endpoint', cell: (row) => text(row.at('endpoint')) },
        { head: 'Requests', isNumber: true, cell: (row) => number(row.at('count'), 'integer') },
        { head: 'What it means', cell: ({ value }) => explained(value).meaning },
        { head: 'What to do', cell: ({ value }) => explained(value).next },
      ],
      failed,
      { className: 'compact' },
    ),
  );
}

function explained({ outcome }: Outcome) {
  return (
    explainOutcome(outcome) ?? {
      meaning: 'A class that this version of the report does not know',
      next: 'See the version of k6 and tune in run.json, and docs/traffic.md of that version',
    }
  );
}
