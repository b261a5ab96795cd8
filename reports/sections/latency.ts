import type { VNode } from 'preact';
import type { Evidence } from '../../tuner/contracts/evidence.ts';
import { entries, items, present, type Recorded } from '../recorded.ts';
import { number, type Section, section, table, text } from '../shown.ts';
import { distributions } from './distributions.ts';

/** What users waited for, timed from the intended start, and how requests ended. */
export function latency(evidence: Recorded<Evidence>): Section {
  const indexed = evidence.at('indexing').at('timeToIndexedMs');
  const runs = entries(evidence.at('latency')).flatMap(({ key, item }) => [
    { name: `${key}: first token`, of: item.at('timeToFirstTokenMs') },
    { name: `${key}: whole stream`, of: item.at('streamDurationMs') },
    { name: `${key}: between tokens`, of: item.at('interTokenGapMs') },
    ...(key === 'workflow' ? [{ name: `${key}: queue wait`, of: item.at('queueWaitMs') }] : []),
  ]);
  const rows =
    indexed.value === null ? runs : [...runs, { name: 'indexing: document searchable', of: indexed }];
  return section(
    'latency',
    'Latency and failures',
    distributions('Over the whole run, successful requests, from the intended start', rows, 'milliseconds'),
    table(
      'How requests ended',
      [
        { head: 'Class', cell: (row) => text(row.at('requestClass')) },
        { head: 'Endpoint', cell: (row) => text(row.at('endpoint')) },
        { head: 'Outcome', cell: (row) => text(row.at('outcome')) },
        { head: 'Requests', isNumber: true, cell: (row) => number(row.at('count'), 'integer') },
      ],
      items(evidence.at('outcomes')),
      { className: 'compact', rowClass: ({ value }) => (value.outcome === 'ok' ? '' : 'failed') },
    ),
    ...otherCalls(evidence.at('otherCalls')),
  );
}

/** Nothing where there were none: most loads are runs of apps alone. */
function otherCalls(calls: Recorded<NonNullable<Evidence['otherCalls']> | null>): VNode[] {
  const rows = present(calls);
  if (rows === null || rows.value.length === 0) return [];
  return [
    table(
      'How other calls ended: stops, and what indexing consists of',
      [
        { head: 'Class', cell: (row) => text(row.at('requestClass')) },
        { head: 'Endpoint', cell: (row) => text(row.at('endpoint')) },
        { head: 'Outcome', cell: (row) => text(row.at('outcome')) },
        { head: 'Calls', isNumber: true, cell: (row) => number(row.at('count'), 'integer') },
      ],
      items(rows),
      { className: 'compact', rowClass: ({ value }) => (value.outcome === 'ok' ? '' : 'failed') },
    ),
  ];
}
