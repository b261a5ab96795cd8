import type { ComponentName } from '../tuner/contracts/component.ts';
import type { Evidence } from '../tuner/contracts/evidence.ts';
import type { RunEvent } from '../tuner/contracts/run-event.ts';
import { type Chart, type ChartLimit, type ChartLine, type ChartMark, line } from './chart.ts';
import { listedEvents } from './listed-events.ts';
import { entries, type Recorded } from './recorded.ts';

/** Replicas, usage, queue and latency of the run over one time axis. */
export function runCharts(evidence: Recorded<Evidence>): Chart[] {
  return [...demandAndReplicas(evidence), ...whatUsersFelt(evidence)].filter(({ lines }) => lines.length > 0);
}

function chart(id: string, title: string, rest: Pick<Chart, 'unit' | 'lines'> & Partial<Chart>): Chart {
  return { id, title, display: 'plain', group: 'run', limits: [], ...rest };
}

function demandAndReplicas(evidence: Recorded<Evidence>): Chart[] {
  const timeline = evidence.at('timeline');
  return [
    chart('arrivals', 'Arrivals', {
      unit: 'per second',
      lines: entries(evidence.at('arrivals')).flatMap(({ key, item }) =>
        line(item, { label: key, color: key }),
      ),
    }),
    chart('replicas', 'Replicas', {
      unit: 'ready; dashed: desired',
      display: 'count',
      lines: entries(timeline.at('replicas')).flatMap(({ key, item }) => replicaLines(key, item)),
      hasMarkNumbers: true,
    }),
    chart('cpu', 'CPU usage', {
      unit: 'of the request, mean over Ready pods',
      display: 'percent',
      lines: entries(timeline.at('cpuUsageRatio')).flatMap(({ key, item }) =>
        line(item, { label: key, color: key }),
      ),
      limits: cpuTargets(evidence.value),
    }),
  ];
}

function whatUsersFelt(evidence: Recorded<Evidence>): Chart[] {
  const timeline = evidence.at('timeline');
  return [
    chart('in-flight', 'Open requests', {
      unit: 'of all replicas',
      lines: entries(timeline.at('inFlight')).flatMap(({ key, item }) =>
        line(item, { label: key, color: key }),
      ),
    }),
    chart('queue', 'Workflow queue', {
      unit: 'runs waiting or not acknowledged',
      lines: line(timeline.at('queueDepth'), { label: 'queueDepth', color: 'workflow' }),
    }),
    chart('latency', 'Time to first token, 95th percentile', {
      unit: 'ms, from the intended start',
      display: 'milliseconds',
      lines: [
        ...entries(timeline.at('timeToFirstTokenP95Ms')).flatMap(({ key, item }) =>
          line(item, { label: key, color: key }),
        ),
        ...line(timeline.at('queueWaitP95Ms'), { label: 'queue wait', color: 'worker', isDashed: true }),
      ],
      limits: [
        {
          label: 'objective, time to first token',
          color: 'total',
          value: evidence.value.objectives.timeToFirstTokenP95Seconds * 1000,
        },
      ],
    }),
    chart('errors', 'Failed requests', {
      unit: 'per second',
      lines: line(timeline.at('errorsPerSecond'), { label: 'errors', color: 'errors', isStepped: true }),
    }),
  ];
}

type ReplicaSeries = NonNullable<Evidence['timeline']['replicas']['api']>;

function replicaLines(component: ComponentName, series: Recorded<ReplicaSeries>): ChartLine[] {
  return [
    ...line(series.at('desired'), {
      label: `${component} desired`,
      color: component,
      isDashed: true,
      isStepped: true,
    }),
    ...line(series.at('ready'), { label: component, color: component, isStepped: true }),
  ];
}

/** The CPU targets in force, as lines to hold the usage against. */
function cpuTargets(evidence: Evidence): ChartLimit[] {
  return (Object.entries(evidence.components) as [ComponentName, { hpaSpec: unknown }][]).flatMap(
    ([component, { hpaSpec }]) => {
      const percent = cpuTargetPercent(hpaSpec);
      return percent === null
        ? []
        : [{ label: `${component} target`, color: component, value: percent / 100 }];
    },
  );
}

function cpuTargetPercent(hpaSpec: unknown): number | null {
  const metrics = (hpaSpec as { metrics?: unknown } | null)?.metrics;
  if (!Array.isArray(metrics)) return null;
  for (const metric of metrics as {
    resource?: { name?: unknown; target?: { averageUtilization?: unknown } };
  }[]) {
    const percent = metric.resource?.target?.averageUtilization;
    if (metric.resource?.name === 'cpu' && typeof percent === 'number') return percent;
  }
  return null;
}

/** Where the controller acted and the load changed. */
export function runMarks(events: readonly RunEvent[]): ChartMark[] {
  const stages = events.flatMap((event): ChartMark[] =>
    event.type === 'load'
      ? [{ atSeconds: event.atSeconds, kind: 'stage', number: null, color: 'total' }]
      : [],
  );
  const controller = listedEvents(events).flatMap(({ event, number }): ChartMark[] =>
    number === null
      ? []
      : [
          {
            atSeconds: event.atSeconds,
            kind: event.isWarning ? 'warning' : 'rescale',
            number,
            color: event.component ?? 'total',
          },
        ],
  );
  return [...stages, ...controller];
}
