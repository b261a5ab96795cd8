import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Advice } from '../../tuner/contracts/advice.ts';
import type { Run } from '../../tuner/contracts/run.ts';
import type { Validity } from '../../tuner/contracts/validity.ts';
import type { Verdict } from '../../tuner/contracts/verdict.ts';
import { present, type Recorded } from '../recorded.ts';
import { badge, moment, number, type Shown, text } from '../shown.ts';
import { arrivals } from './arrivals.ts';

const verdictWords: Record<Advice['verdict'], string> = {
  change: 'Change the settings',
  noChange: 'Keep the settings',
  insufficientEvidence: 'Not enough evidence',
};

/** Target, versions, when, and the verdict in one sentence. */
export function head(
  run: Recorded<Run>,
  advice: Recorded<Advice | null>,
  validity: Recorded<Validity | null>,
  verdict: Recorded<Verdict | null>,
): VNode {
  return html`<header>
    <p class="kicker">Dify scaling, load test and recommendation</p>
    <h1>${text(run.at('targetName'))}</h1>
    ${sentence(run, present(advice))}
    <p class="badges">${[
      ...badges(run, present(advice), present(validity)),
      ...modelBadge(present(verdict)),
    ]}</p>
    <dl class="facts">${facts(run).map(
      ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
    )}</dl>
  </header>`;
}

function sentence(run: Recorded<Run>, advice: Recorded<Advice> | null): VNode {
  if (advice !== null)
    return html`<p class=${`verdict ${advice.value.summary.length > 180 ? 'long' : ''}`}>
      ${text(advice.at('summary'))}
    </p>`;
  return html`<p class="verdict">
    No recommendation was reached: the run is ${text(run.at('ended'))}${
      run.value.endedBecause === null ? '' : html` (${text(run.at('endedBecause'))})`
    }. What it recorded up to then is shown below.
  </p>`;
}

function badges(
  run: Recorded<Run>,
  advice: Recorded<Advice> | null,
  validity: Recorded<Validity> | null,
): Shown[] {
  const tones = { valid: 'good', doubtful: 'unsure', invalid: 'bad' } as const;
  return [
    advice === null
      ? badge('No recommendation', 'unsure')
      : badge(
          verdictWords[advice.value.verdict],
          advice.value.verdict === 'insufficientEvidence' ? 'unsure' : 'plain',
        ),
    validity === null
      ? badge('Run not checked', 'unsure')
      : badge(`Run ${validity.value.verdict}`, tones[validity.value.verdict]),
    ...(run.value.ended === 'complete' ? [] : [badge(`Run ${run.value.ended}`, 'bad')]),
    badge('Not re-tested', 'plain'),
  ];
}

/** Only where it differs: what was simulated rests on it. */
function modelBadge(verdict: Recorded<Verdict> | null): Shown[] {
  const differing = verdict?.value.replay.some(({ mismatches }) => mismatches > 0) ?? false;
  return differing
    ? [html`<a href="#model">${badge('HPA model differs from the controller', 'unsure')}</a>`]
    : [];
}

function facts(run: Recorded<Run>): [string, Shown][] {
  const versions = run.at('versions');
  const objectives = run.at('objectives');
  return [
    ['Run', text(run.at('id'))],
    ['Began', moment(run.at('startAt'))],
    ['Ended', moment(run.at('endAt'))],
    ['Profile', text(run.at('profileName'))],
    ['Arrivals', arrivals(run)],
    ['Kubernetes', text(versions.at('kubernetes'))],
    ['Chart', text(versions.at('chart'))],
    ['Dify', text(versions.at('dify'))],
    ['k6', text(versions.at('k6'))],
    ['tune', text(versions.at('tune'))],
    ['Objective, first token p95', number(objectives.at('timeToFirstTokenP95Seconds'), 'seconds')],
    ['Objective, queue wait p95', number(objectives.at('queueWaitP95Seconds'), 'seconds')],
    ['Objective, failed', number(objectives.at('errorRatio'), 'percent')],
  ];
}
