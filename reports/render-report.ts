import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { ChartPage } from './chart.ts';
import { pageShell } from './page-shell.ts';
import { present, recorded } from './recorded.ts';
import type { ReportInput } from './report-input.ts';
import { runCharts, runMarks } from './run-charts.ts';
import { capacity } from './sections/capacity.ts';
import { changes } from './sections/changes.ts';
import { eventList } from './sections/events.ts';
import { failures } from './sections/failures.ts';
import { files } from './sections/files.ts';
import { head } from './sections/head.ts';
import { lag } from './sections/lag.ts';
import { latency } from './sections/latency.ts';
import { modelMatch } from './sections/model-match.ts';
import { overlaySection } from './sections/overlay.ts';
import { runTimeline } from './sections/run-timeline.ts';
import { simulated } from './sections/simulated.ts';
import { unknowns } from './sections/unknowns.ts';
import { validity } from './sections/validity.ts';
import type { Section } from './shown.ts';
import { simulatedCharts } from './simulated-charts.ts';

/**
 * A run as one HTML page that needs nothing else: no network, no fonts, no files beside it.
 *
 * Pure. Nothing is calculated but coordinates: each number carries, in `data-source`, the file and JSON pointer
 * where it stands in the run folder.
 */
export function renderReport(input: ReportInput): string {
  const evidence = recorded('evidence.json', input.evidence);
  const advice = recorded('advice.json', input.advice);
  const run = recorded('run.json', input.run);
  const learned = present(evidence);
  const advised = present(advice);
  const page: ChartPage = {
    charts: [
      ...(learned === null ? [] : runCharts(learned)),
      ...(advised === null ? [] : simulatedCharts(advised, input.run.objectives)),
    ],
    marks: runMarks(input.events),
  };
  const charts = (group: 'run' | 'simulated') => page.charts.filter((chart) => chart.group === group);
  const checked = present(recorded('validity.json', input.validity));
  const verdict = recorded('verdict.json', input.verdict);
  const judged = present(verdict);
  const all: (Section | null)[] = [
    advised === null ? null : changes(advised),
    learned === null ? null : runTimeline(charts('run'), run),
    advised === null ? null : simulated(advised, charts('simulated')),
    overlaySection(recorded('overlay/overlay.json', input.overlay), input.overlayFiles),
    learned === null ? null : capacity(learned),
    learned === null ? null : lag(learned),
    learned === null ? null : latency(learned),
    learned === null ? null : failures(learned),
    checked === null ? null : validity(checked),
    judged === null ? null : modelMatch(judged),
    eventList(input.events),
    unknowns(evidence, advice),
    files(),
  ];
  const sections = all.filter((section) => section !== null);
  const body = renderToString(html`<main>
    ${head(run, advice, recorded('validity.json', input.validity), verdict)}
    ${contents(sections)}
    ${sections.map(({ content }) => content)}
  </main>`);
  return pageShell({ title: `${input.run.targetName}: scaling recommendation, ${input.run.id}`, body, page });
}

/** Links to the sections that are there. */
function contents(sections: readonly Section[]): VNode {
  return html`<nav aria-label="Contents">${sections.map(
    ({ id, heading }) => html`<a href=${`#${id}`}>${heading}</a> `,
  )}</nav>`;
}
