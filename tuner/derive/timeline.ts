import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Evidence, Series } from '../contracts/evidence.ts';
import type { Windows } from './load-recording.ts';
import { meanOf, type Observation } from './observation.ts';
import { millicoresOf } from './serving-windows.ts';

/** Enough points for a page's width. */
const mostPoints = 1200;
const shortestStepSeconds = 5;

/** The grid that every series of a run shares: whole seconds, 5 s apart or as many as keep it drawable. */
export function timelineWindows(durationSeconds: number): Windows {
  const stepSeconds = Math.max(shortestStepSeconds, Math.ceil(durationSeconds / mostPoints));
  return { fromSeconds: 0, stepSeconds, count: Math.ceil(durationSeconds / stepSeconds) };
}

/** What the run looked like over time. A window without a value holds null, never 0. */
export function timeline(
  observation: Observation,
  classes: readonly RequestClass[],
  requested: Partial<Record<ComponentName, number | null>>,
  windows: Windows,
): Evidence['timeline'] {
  const { load, components } = observation;
  const over = (value: (from: number, to: number) => number | null) => seriesOf(windows, value);
  const latency = (metric: string, scenario: RequestClass) => {
    const histograms = load.histograms(metric, windows, { scenario, outcome: 'ok' });
    const { fromSeconds, stepSeconds } = windows;
    const each = (values: (number | null)[]): Series => ({ fromSeconds, stepSeconds, values });
    return {
      p95: each(histograms.map((found) => found.quantile(0.95))),
      count: each(histograms.map(({ count }) => count)),
    };
  };
  const firstTokens = classes.map((name) => [name, latency('time_to_first_token_ms', name)] as const);
  const queueWait = classes.includes('workflow') ? latency('queue_wait_ms', 'workflow') : null;
  const queueDepth = observation.queueDepth;
  return {
    replicas: record(components, (component) => ({
      ready: over((from, to) => observation.ready.get(component)?.mean(from, to) ?? null),
      desired: over((from, to) => observation.desired.get(component)?.mean(from, to) ?? null),
      spec: over((from, to) => observation.spec.get(component)?.mean(from, to) ?? null),
    })),
    cpuUsageRatio: record(components, (component) =>
      cpuSeries(observation, component, requested[component] ?? null, windows),
    ),
    inFlight: record(classes, (name) =>
      over((from, to) => meanOf(observation.inFlight.get(name) ?? new Float64Array(), { from, to })),
    ),
    queueDepth: queueDepth === null ? null : over((from, to) => queueDepth.mean(from, to)),
    timeToFirstTokenP95Ms: Object.fromEntries(firstTokens.map(([name, { p95 }]) => [name, p95])),
    queueWaitP95Ms: queueWait?.p95 ?? null,
    timeToFirstTokenCount: Object.fromEntries(firstTokens.map(([name, { count }]) => [name, count])),
    queueWaitCount: queueWait?.count ?? null,
    errorsPerSecond: over(
      (from, to) => load.total('requests', 'sum', { from, to }, { outcome: 'failed' }) / windows.stepSeconds,
    ),
  };
}

export function seriesOf(windows: Windows, value: (from: number, to: number) => number | null): Series {
  const values = Array.from({ length: windows.count }, (_, index) => {
    const from = windows.fromSeconds + index * windows.stepSeconds;
    return value(from, from + windows.stepSeconds);
  });
  return { fromSeconds: windows.fromSeconds, stepSeconds: windows.stepSeconds, values };
}

function cpuSeries(
  observation: Observation,
  component: ComponentName,
  requestedMillicores: number | null,
  windows: Windows,
): Series {
  const readings = observation.samples.usage
    .filter((sample) => sample.component === component)
    .flatMap(({ pods }) => pods)
    .map(({ timestampAtSeconds, windowSeconds, containers }) => ({
      from: timestampAtSeconds - windowSeconds,
      to: timestampAtSeconds,
      millicores: millicoresOf(containers),
    }));
  return seriesOf(windows, (from, to) => {
    if (!requestedMillicores) return null;
    const middle = (from + to) / 2;
    const covering = readings.filter((reading) => reading.from <= middle && middle < reading.to);
    if (covering.length === 0) return null;
    const mean = covering.reduce((sum, { millicores }) => sum + millicores, 0) / covering.length;
    return mean / requestedMillicores;
  });
}

function record<K extends string, V>(keys: readonly K[], make: (key: K) => V): Partial<Record<K, V>> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Partial<Record<K, V>>;
}
