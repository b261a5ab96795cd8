import { html } from 'htm/preact';
import { runFiles } from '../../tuner/contracts/run-folder.ts';
import { type Section, section } from '../shown.ts';

const about: Record<Exclude<keyof typeof runFiles, 'report' | 'runners'>, string> = {
  run: 'what was run, against what, and how it ended',
  load: 'k6’s metrics in buckets of one second',
  loadPlan: 'the load as planned',
  generator: 'the load generator’s own CPU and limits',
  cluster: 'HPA, replicas, pods, usage and queues, one sample a line',
  events: 'Kubernetes events and marks of pods and load',
  validity: 'was this run fit to learn from',
  evidence: 'what it taught',
  advice: 'what to set, and why',
  verdict: 'model against reality, and the objectives',
  overlay: 'what to apply, and how',
  junit: 'checks and objectives for CI',
  k6Log: 'k6’s own log',
  k6Script: 'the scenarios that k6 ran',
};

/** The run folder: every number on the page stands in one of these. */
export function files(): Section {
  return section(
    'files',
    'Files of this run',
    html`<ul class="files">${Object.entries(about).map(([name, what]) => {
      const file = runFiles[name as keyof typeof about];
      return html`<li><a href=${file}>${file}</a> ${what}</li>`;
    })}</ul>`,
  );
}
