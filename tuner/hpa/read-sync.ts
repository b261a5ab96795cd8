import { type PodTable, podTable } from './pod-table.ts';
import { badInput, inexact, isExact } from './refuse-input.ts';
import type { CompiledHpa, CompiledMetric, HpaPod, HpaSyncInputs, MetricAnswer, PodSample } from './types.ts';

/** null: the API failed or answered nothing; a number: the series of an Object or External metric added up. */
export type MetricReading = PodTable | number | null;

/** One sync's inputs with names looked up and series added up: what the rules are applied to. */
export interface SyncReadings {
  readonly atMs: number;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly podCount: number;
  /** Pods in phase Running with Ready true; unlike everywhere else terminating ones count here. */
  readonly runningReadyPods: number;
  /** In the order of `hpa.metrics`; undefined where nothing was recorded, which matters only if it is needed. */
  readonly readings: readonly (MetricReading | undefined)[];
}

/**
 * Puts samples and requests beside their pods and adds series up.
 *
 * Apart from the rules, so that a trace is joined once and may be replayed often.
 *
 * @throws TuneError BAD_HPA_INPUT when an answer does not fit its metric, or amounts cannot be added up exactly
 */
export function readSync(hpa: CompiledHpa, inputs: HpaSyncInputs): SyncReadings {
  const { metrics } = hpa;
  if (inputs.metrics.length > metrics.length) {
    const counts = `${inputs.metrics.length} answers, and the HPA has ${metrics.length} metrics`;
    throw badInput('metrics', `there are ${counts}: which one is which cannot be told`);
  }
  return {
    atMs: inputs.atMs,
    specReplicas: inputs.specReplicas,
    statusReplicas: inputs.statusReplicas,
    podCount: inputs.pods.length,
    runningReadyPods: countRunningReady(inputs.pods),
    readings: metrics.map((metric, index) => {
      const answer = inputs.metrics[index];
      return answer && readAnswer(hpa, metric, inputs.pods, { answer, path: `metrics[${index}]` });
    }),
  };
}

function countRunningReady(pods: readonly HpaPod[]): number {
  let count = 0;
  for (const pod of pods) if (pod.phase === 'Running' && pod.ready === true) count++;
  return count;
}

function readAnswer(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  pods: readonly HpaPod[],
  { answer, path }: { readonly answer: MetricAnswer; readonly path: string },
): MetricReading {
  if (answer.error !== undefined && answer.error !== false) return null;
  if (metric.type === 'Object' || metric.type === 'External') return readSeries(metric, answer, path);
  if (answer.values !== undefined)
    throw badInput(`${path}.values`, `a ${metric.type} metric is answered by pods`);
  const samples = new Map(Object.entries(answer.pods ?? {}));
  // An empty list is an error to the controller's metrics client.
  if (samples.size === 0) return null;
  const total = sumOf(samples.values());
  if (!isExact(total)) throw inexact(total, `${path}.pods`);
  return podTable(hpa, metric, pods, samples);
}

function readSeries(metric: CompiledMetric, { pods, values }: MetricAnswer, path: string): number | null {
  if (pods !== undefined) throw badInput(`${path}.pods`, `a ${metric.type} metric is answered by values`);
  if (values === undefined || values.length === 0) return null;
  if (metric.type === 'Object' && values.length > 1) {
    throw badInput(`${path}.values`, `has ${values.length} entries, and an Object metric has one`);
  }
  const total = values.reduce((sum, value) => sum + value, 0);
  if (!isExact(total)) throw inexact(total, `${path}.values`);
  return total;
}

function sumOf(samples: Iterable<PodSample>): number {
  let total = 0;
  for (const { value } of samples) total += value;
  return total;
}
