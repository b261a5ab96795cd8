import type { SimulatedPages } from '../advise/simulated-pages.ts';
import type { WhatIf } from '../advise/what-if.ts';
import type { Series } from '../contracts/evidence.ts';
import { toldAgainLines } from '../pipeline/told-again-text.ts';
import type { SimulatedRun } from './simulate-run.ts';
import { terminalChart } from './terminal-chart.ts';

/**
 * A simulation for a terminal: what came out, then its course over time.
 *
 * @param columns of the terminal
 */
export function simulationText(result: SimulatedRun, columns: number): string {
  const { pages } = result;
  const chart = (title: string, series: Series, factor = 1) =>
    terminalChart(series, { title, columns, factor });
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
    pages === null ? '' : chart('web: first byte of a page p95, ms', pages.firstByteP95Ms),
  ];
  return [
    head,
    ...result.passedOver,
    '',
    ...table(result),
    '',
    ...charts.filter((text) => text !== ''),
    ...trust(result),
    ...assumptions(result),
  ].join('\n');
}

function table({ outcome, pages }: WhatIf): string[] {
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
    ...(pages === null ? [] : pageRows(pages)),
  ];
  const column = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => `${name.padEnd(column)}${value}`);
}

/** No objective counts them, so they stand by themselves. */
function pageRows({ opened, failed, firstByteP95Seconds }: SimulatedPages): [string, string][] {
  return [
    ['pages opened at web, failed', `${opened.toFixed(0)}, ${failed.toFixed(0)}`],
    ['first byte of a page p95', `${seconds(firstByteP95Seconds)} (no objective)`],
  ];
}

function seconds(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} s`;
}

function trust({ calibration }: SimulatedRun): string[] {
  const told = toldAgainLines(calibration);
  return told.length === 0 ? [] : ['The recorded run told again, with its own HPAs:', ...told, ''];
}

function assumptions({ assumptions: given }: WhatIf): string[] {
  return given.length === 0 ? [] : ['Assumed where the run was silent:', ...given.map((text) => `  ${text}`)];
}
