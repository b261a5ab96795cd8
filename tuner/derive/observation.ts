import {
  type ClusterSample,
  type ClusterSampleOf,
  knownDesiredReplicas,
} from '../contracts/cluster-sample.ts';
import { type ComponentName, type RequestClass, requestClasses } from '../contracts/component.ts';
import type { LoadRecording, SecondRange } from './load-recording.ts';
import { type ServingWindow, servingWindows } from './serving-windows.ts';
import { StepFunction } from './step-function.ts';

/** A recording, arranged for the questions that derive asks of it. */
export interface Observation {
  readonly load: LoadRecording;
  readonly samples: SampleLists;
  readonly components: readonly ComponentName[];
  readonly ready: ReadonlyMap<ComponentName, StepFunction>;
  readonly spec: ReadonlyMap<ComponentName, StepFunction>;
  readonly desired: ReadonlyMap<ComponentName, StepFunction>;
  /** Measuring windows in which the same replicas served all the time; costs, capacity and each step look at them. */
  readonly serving: ReadonlyMap<ComponentName, readonly ServingWindow[]>;
  /** LLEN of the workflow queue plus unacked; null where it was not sampled. */
  readonly queueDepth: StepFunction | null;
  /** Requests of the class that were open at the end of each second. */
  readonly inFlight: ReadonlyMap<RequestClass, Float64Array>;
}

export type SampleLists = { readonly [T in ClusterSample['type']]: readonly ClusterSampleOf<T>[] };

/** Redis list on which Dify queues streaming workflow runs. */
const workflowQueue = 'workflow_based_app_execution';

export function observe(load: LoadRecording, all: readonly ClusterSample[]): Observation {
  const samples = byType(all);
  const components = [...new Set(samples.scale.map(({ component }) => component))];
  const ready = mapOf(components, (component) => scaleFunction(samples, component, 'readyReplicas'));
  return {
    load,
    samples,
    components,
    ready,
    serving: mapOf(components, (component) => servingWindows({ samples, ready }, component)),
    spec: mapOf(components, (component) => scaleFunction(samples, component, 'specReplicas')),
    desired: mapOf(components, (component) => desiredFunction(samples, component)),
    queueDepth: queueFunction(samples),
    inFlight: new Map(requestClasses.map((name) => [name, openRequests(load, name)])),
  };
}

/** Started and finished requests of a class per second. */
export function classRates(load: LoadRecording, scenario: RequestClass, range: SecondRange) {
  const seconds = Math.max(1, range.to - range.from);
  return {
    started: load.total('requests_started', 'sum', range, { scenario }) / seconds,
    finished: load.total('requests', 'sum', range, { scenario }) / seconds,
    failed: load.total('requests', 'sum', range, { scenario, outcome: 'failed' }) / seconds,
  };
}

export function meanOf(values: Float64Array, range: SecondRange): number {
  let sum = 0;
  for (let second = range.from; second < range.to; second++) sum += values[second] ?? 0;
  return sum / Math.max(1, range.to - range.from);
}

function byType(all: readonly ClusterSample[]): SampleLists {
  const lists: Record<string, ClusterSample[]> = {
    hpa: [],
    scale: [],
    pods: [],
    template: [],
    usage: [],
    externalMetric: [],
    queue: [],
    postgres: [],
    gap: [],
  };
  for (const sample of all) lists[sample.type]?.push(sample);
  return lists as unknown as SampleLists;
}

function mapOf<K, V>(keys: readonly K[], make: (key: K) => V): Map<K, V> {
  return new Map(keys.map((key) => [key, make(key)]));
}

function scaleFunction(
  samples: SampleLists,
  component: ComponentName,
  field: 'readyReplicas' | 'specReplicas',
) {
  const replicas = new StepFunction();
  for (const sample of samples.scale) {
    if (sample.component === component) replicas.add(sample.atSeconds, sample[field]);
  }
  return replicas;
}

function desiredFunction(samples: SampleLists, component: ComponentName): StepFunction {
  const desired = new StepFunction();
  for (const sample of samples.hpa) {
    if (sample.component === component) desired.add(sample.atSeconds, knownDesiredReplicas(sample));
  }
  return desired;
}

function queueFunction(samples: SampleLists): StepFunction | null {
  const ofWorkflow = samples.queue.filter(({ queue }) => queue === workflowQueue);
  if (ofWorkflow.length === 0) return null;
  const depth = new StepFunction();
  for (const { atSeconds, queueDepth, unacked } of ofWorkflow) depth.add(atSeconds, queueDepth + unacked);
  return depth;
}

function openRequests(load: LoadRecording, scenario: RequestClass): Float64Array {
  const open = new Float64Array(load.durationSeconds);
  let now = 0;
  for (let second = 0; second < open.length; second++) {
    for (const { sums } of load.find('requests_started', { scenario })) now += sums.at(second);
    for (const { sums } of load.find('requests', { scenario })) now -= sums.at(second);
    open[second] = Math.max(0, now);
  }
  return open;
}
