import { html } from 'htm/preact';
import type { RunEvent } from '../../tuner/contracts/run-event.ts';
import { listedEvents } from '../listed-events.ts';
import { recorded } from '../recorded.ts';
import { number, type Section, section, table, text } from '../shown.ts';

/** A page of more is a log; the file holds them all. */
const mostRows = 400;

/** What Kubernetes said about the release, in the order of time, numbered as in the charts. */
export function eventList(events: readonly RunEvent[]): Section {
  const listed = listedEvents(events);
  const file = recorded('events.ndjson', events);
  const rows = listed.slice(0, mostRows).map(({ event, line, number: position }) => ({
    position,
    at: file.at(line as never) as ReturnType<typeof recorded<typeof event>>,
  }));
  return section(
    'events',
    'Kubernetes events',
    rows.length === 0
      ? html`<p>None were recorded.</p>`
      : table(
          'Events of the release',
          [
            { head: '#', cell: ({ position }) => html`<span class="position">${position}</span>` },
            { head: 'At', isNumber: true, cell: ({ at }) => number(at.at('atSeconds'), 'clock') },
            {
              head: 'Object',
              cell: ({ at }) => html`<span>${text(at.at('kind'))} ${text(at.at('name'))}</span>`,
            },
            { head: 'Reason', cell: ({ at }) => text(at.at('reason')) },
            { head: 'Message', cell: ({ at }) => text(at.at('message')) },
            { head: 'Counted', isNumber: true, cell: ({ at }) => number(at.at('count'), 'integer') },
          ],
          rows,
          { className: 'compact', rowClass: ({ at }) => (at.value.isWarning ? 'failed' : '') },
        ),
    listed.length > rows.length
      ? html`<p>Later ones stand in <a href="events.ndjson">events.ndjson</a>.</p>`
      : null,
  );
}
