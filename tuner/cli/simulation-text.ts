import { plot } from 'simple-ascii-chart';
import type { WhatIf } from '../advise/what-if.ts';
import type { Series } from '../contracts/evidence.ts';

const width = 72;
const height = 8;

/** A simulation for a terminal: what came out, then its course over time. */
export function simulationText(result: WhatIf): string {
  const { demand, timeline } = result;
  const minutes = (demand.durationSeconds / 60).toFixed(0);
  const head = `Demand: ${demand.description}; ${minutes} min, peak ${demand.peakArrivalsPerSecond.toFixed(1)} requests/s`;
  const charts = [
    ...Object.entries(timeline.replicas).map(([name, series]) => chart(`${name}: Ready replicas`, series)),
    ...Object.entries(timeline.cpuUsageRatio).map(([name, series]) =>
      chart(`${name}: CPU used of requested, %`, series, 100),
    ),
    timeline.queueDepth === null ? '' : chart('queue: runs waiting', timeline.queueDepth),
    chart('time to first token p95, s', timeline.timeToFirstTokenP95Ms, 0.001),
    timeline.queueWaitP95Ms === null ? '' : chart('queue wait p95, s', timeline.queueWaitP95Ms, 0.001),
  ];
  return [
    head,
    '',
    ...table(result),
    '',
    ...charts.filter((text) => text !== ''),
    ...assumptions(result),
  ].join('\n');
}

function table({ outcome }: WhatIf): string[] {
  const { sloViolatedMinutes: missed } = outcome;
  const hours = Object.entries(outcome.replicaHours).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  const rows: [string, string][] = [
    [
      'minutes that miss an objective',
      `${missed.mean.toFixed(1)} (${Math.max(0, missed.low).toFixed(1)}–${missed.high.toFixed(1)})`,
    ],
    ['replica-hours', hours.join(', ')],
    ...(outcome.cost === null ? [] : ([['cost', outcome.cost.toFixed(2)]] as [string, string][])),
    ['time to first token p95', seconds(outcome.timeToFirstTokenP95Seconds)],
    ['queue wait p95', seconds(outcome.queueWaitP95Seconds)],
    ['failed requests', `${(outcome.errorRatio * 100).toFixed(2)} %`],
    ['rescales, of them reversals', `${outcome.rescales.toFixed(1)}, ${outcome.flaps.toFixed(1)}`],
    ['cut streams, lost runs', `${outcome.cutStreams.toFixed(1)}, ${outcome.lostRuns.toFixed(1)}`],
  ];
  const column = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => `${name.padEnd(column)}${value}`);
}

function seconds(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} s`;
}

/** Minutes from left to right; values that are unknown are left out. */
function chart(title: string, series: Series, factor = 1): string {
  const points = series.values.flatMap((value, index): [number, number][] =>
    value === null ? [] : [[(series.fromSeconds + index * series.stepSeconds) / 60, value * factor]],
  );
  const values = points.map(([, value]) => value);
  // A chart of one value has no scale.
  if (new Set(values).size < 2) return `${title}: ${values[0]?.toFixed(2) ?? 'no values'} throughout\n`;
  const drawn = plot(thinned(points), {
    width,
    height,
    title,
    formatter: (value) => shortNumber(Number(value)),
  });
  return `${drawn.trimEnd()}\n`;
}

/** One point per column: the highest of those that fall on it, as a chart is looked at for its peaks. */
function thinned(points: readonly [number, number][]): [number, number][] {
  const perColumn = Math.max(1, points.length / width);
  const columns = new Map<number, [number, number]>();
  for (const [index, point] of points.entries()) {
    const column = Math.floor(index / perColumn);
    const before = columns.get(column);
    if (before === undefined || point[1] > before[1])
      columns.set(column, [before?.[0] ?? point[0], point[1]]);
  }
  return [...columns.values()];
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 1 : 0);
}

function assumptions({ assumptions: given }: WhatIf): string[] {
  return given.length === 0 ? [] : ['Assumed where the run was silent:', ...given.map((text) => `  ${text}`)];
}
