import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { RunEvent } from '../../tuner/contracts/run-event.ts';
import { type KubernetesEvent, type ListedEvent, listedEvents } from '../listed-events.ts';
import { type Recorded, recorded } from '../recorded.ts';
import { type Column, number, type Section, type Shown, section, table, text } from '../shown.ts';

/** A page of more is a log; the file holds them all. */
const mostRows = 400;

interface Row {
  readonly position: number | null;
  readonly at: Recorded<KubernetesEvent>;
}

/** What the controller did and what went wrong, numbered as in the charts; the rest behind a fold. */
export function eventList(events: readonly RunEvent[]): Section {
  const file = recorded('events.ndjson', events);
  const rows = listedEvents(events).map(
    ({ line, number: position }: ListedEvent): Row => ({
      position,
      at: file.at(line) as unknown as Recorded<KubernetesEvent>,
    }),
  );
  const numbered = rows.filter(({ position }) => position !== null);
  const others = rows.filter(({ position }) => position === null);
  return section(
    'events',
    'Kubernetes events',
    numbered.length === 0
      ? html`<p>The controller did nothing that it reported, and nothing warned.</p>`
      : eventTable('The HPA controller, and warnings', numbered),
    others.length === 0
      ? null
      : html`<details><summary>Pods and Deployments</summary>${eventTable('Pods and Deployments', others)}</details>`,
  );
}

function eventTable(caption: string, rows: readonly Row[]): Shown {
  const shown = rows.slice(0, mostRows);
  const options = {
    className: 'compact',
    rowClass: ({ at }: Row) => (at.value.isWarning ? 'failed' : ''),
  };
  const rest =
    rows.length > shown.length
      ? html`<p>Later ones stand in <a href="events.ndjson">events.ndjson</a>.</p>`
      : null;
  return html`<div>${table(caption, columns, shown, options)}${rest}</div>`;
}

const columns: Column<Row>[] = [
  { head: '#', cell: position },
  { head: 'At', isNumber: true, cell: ({ at }) => number(at.at('atSeconds'), 'clock') },
  {
    head: 'Object',
    cell: ({ at }) =>
      html`<span>${text(at.at('name'))} <span class="unit">${text(at.at('kind'))}</span></span>`,
  },
  { head: 'Reason', cell: ({ at }) => text(at.at('reason')) },
  { head: 'Message', cell: ({ at }) => text(at.at('message')) },
  { head: 'Counted', isNumber: true, cell: ({ at }) => number(at.at('count'), 'integer') },
];

function position(row: Row): VNode {
  return html`<span class="position">${row.position ?? ''}</span>`;
}
