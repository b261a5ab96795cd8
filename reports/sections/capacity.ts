import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { type ComponentName, requestClasses, trafficClasses } from '../../tuner/contracts/component.ts';
import type {
  Binding,
  ComponentEvidence,
  Evidence,
  LoadStep,
  RatioEstimate,
} from '../../tuner/contracts/evidence.ts';
import { entries, items, type Recorded } from '../recorded.ts';
import { type Column, estimate, number, type Section, type Shown, section, table, text } from '../shown.ts';

const bindingWords: Record<Binding, string> = {
  cpu: 'CPU binds',
  connectionSlots: 'connection slots bind',
  workerSlots: 'worker slots bind',
  none: 'nothing bound within the range tried',
};

/** What one replica carries, what ends it, and the steps it was fitted to. */
export function capacity(evidence: Recorded<Evidence>): Section {
  const limits = evidence.at('sharedLimits');
  return section(
    'capacity',
    'Capacity of one replica',
    ...entries(evidence.at('components')).flatMap(({ key, item }) => component(key, item)),
    html`<p>
      Shared: Postgres takes ${number(limits.at('postgresMaxConnections'), 'integer')} connections; opened per
      replica: ${perReplica(limits)}.
    </p>`,
  );
}

function perReplica(limits: Recorded<Evidence['sharedLimits']>): Shown {
  const known = entries(limits.at('postgresConnectionsPerReplica'));
  if (known.length === 0) return 'not known';
  return html`${known.map(({ key, item }, index) => html`${index > 0 ? ', ' : ''}${key} ${number(item, 'integer')}`)}`;
}

function component(name: ComponentName, evidence: Recorded<ComponentEvidence>): VNode[] {
  const steps = items(evidence.at('steps'));
  return [
    html`<h3>${name}: <span data-source=${evidence.at('binding').source} data-format="word" data-value=${evidence.value.binding}>${bindingWords[evidence.value.binding]}</span></h3>`,
    html`<p>${text(evidence.at('bindingBecause'))}</p>`,
    html`<dl class="facts">${facts(evidence).map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`,
    steps.length === 0
      ? html`<p>No step of constant load was recorded.</p>`
      : table(`Steps of constant load, ${name}`, stepColumns(name), steps, { className: 'compact' }),
  ];
}

function facts(evidence: Recorded<ComponentEvidence>): [string, Shown][] {
  const perRequest = evidence.at('cpuMillisecondsPerRequest');
  const service = evidence.at('serviceSeconds');
  return [
    ['Completions at saturation', estimate(evidence.at('saturationPerReplica'), 'perSecond')],
    ['Requests at once', estimate(evidence.at('slotsPerReplica'), 'decimal')],
    ['Slots declared', number(evidence.at('declaredSlotsPerReplica'), 'integer')],
    ...trafficClasses
      .filter((name) => name in perRequest.value)
      .map((name): [string, Shown] => [
        name === 'indexing' ? 'CPU per document' : `CPU per ${name} request`,
        estimate(perRequest.at(name), 'cpuMilliseconds'),
      ]),
    ...requestClasses
      .filter((name) => name in (evidence.value.cpuRatioBeforeFirstToken ?? {}))
      .map((name): [string, Shown] => [
        `CPU of ${name} before its first token`,
        ratioBefore(evidence.at('cpuRatioBeforeFirstToken').at(name)),
      ]),
    ...requestClasses
      .filter((name) => name in service.value)
      .map((name): [string, Shown] => [
        `Service time of ${name}, median`,
        number(service.at(name).at('p50'), 'seconds'),
      ]),
    ['CPU at no load', estimate(evidence.at('idleMillicores'), 'millicores')],
    ['Usage trails work by', number(evidence.at('usageLagSeconds'), 'seconds')],
    ['CPU requested', number(evidence.at('requestedMillicores'), 'millicores')],
    ['CPU limit', number(evidence.at('limitMillicores'), 'millicores')],
    ['Memory, median', number(evidence.at('memoryBytesPerReplica').at('p50'), 'mebibytes')],
    ['Memory requested', number(evidence.at('requestedMemoryBytes'), 'mebibytes')],
  ];
}

function ratioBefore(ratio: Recorded<RatioEstimate | null>): Shown {
  const shown = estimate(ratio, 'percent');
  return ratio.value?.isAssumed === true ? html`${shown} assumed` : shown;
}

function stepColumns(component: ComponentName): Column<Recorded<LoadStep>>[] {
  const queue: Column<Recorded<LoadStep>>[] = [
    { head: 'Queue', isNumber: true, cell: (step) => number(step.at('queueDepth'), 'decimal') },
    {
      head: 'Queue wait p95',
      isNumber: true,
      cell: (step) => number(step.at('queueWaitP95Ms'), 'milliseconds'),
    },
  ];
  return [
    { head: 'From', cell: (step) => number(step.at('fromSeconds'), 'clock') },
    { head: 'To', isNumber: true, cell: (step) => number(step.at('toSeconds'), 'clock') },
    { head: 'Arrivals', isNumber: true, cell: (step) => number(step.at('arrivalsPerSecond'), 'perSecond') },
    {
      head: 'Completions',
      isNumber: true,
      cell: (step) => number(step.at('completionsPerSecond'), 'perSecond'),
    },
    { head: 'Ready', isNumber: true, cell: (step) => number(step.at('readyReplicas'), 'decimal') },
    {
      head: 'CPU each',
      isNumber: true,
      cell: (step) => number(step.at('cpuMillicoresPerReplica'), 'millicores'),
    },
    {
      head: 'Memory each',
      isNumber: true,
      cell: (step) => number(step.at('memoryBytesPerReplica'), 'mebibytes'),
    },
    { head: 'Open each', isNumber: true, cell: (step) => number(step.at('inFlightPerReplica'), 'decimal') },
    ...(component === 'worker' ? queue : []),
    {
      head: 'First token p95',
      isNumber: true,
      cell: (step) => number(step.at('timeToFirstTokenP95Ms'), 'milliseconds'),
    },
    { head: 'Failed', isNumber: true, cell: (step) => number(step.at('errorRatio'), 'percent') },
  ];
}
