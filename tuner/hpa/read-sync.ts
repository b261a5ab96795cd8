import { badInput, requireExact } from './refuse-input.ts';
import type { CompiledHpa, CompiledMetric, HpaPod, HpaSyncInputs, MetricAnswer, PodSample } from './types.ts';

/** Samples of one metric in the order of the pod list. */
export interface JoinedSamples {
  /** undefined: this pod has none. */
  readonly ofPods: readonly (PodSample | undefined)[];
  /** Samples of pods that are gone from the list: they count for averages. */
  readonly strays: number;
  readonly strayTotal: number;
}

/** null: the API failed or answered nothing; a number: the series of an Object or External metric added up. */
export type MetricReading = JoinedSamples | number | null;

/** One sync's inputs with names looked up and series added up: what the rules are applied to. */
export interface SyncReadings {
  readonly atMs: number;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly pods: readonly HpaPod[];
  /** Pods in phase Running with Ready true; terminating ones count here. */
  readonly runningReadyPods: number;
  /** In the order of `hpa.metrics`; undefined where nothing was recorded, which matters only if it is needed. */
  readonly readings: readonly (MetricReading | undefined)[];
}

/**
 * Puts samples beside their pods and adds series up.
 *
 * Apart from the rules, so that a trace is joined once and may be replayed often.
 *
 * @throws TuneError BAD_HPA_INPUT when an answer does not fit its metric, or amounts cannot be added up exactly
 */
export function readSync(hpa: CompiledHpa, inputs: HpaSyncInputs): SyncReadings {
  return {
    atMs: inputs.atMs,
    specReplicas: inputs.specReplicas,
    statusReplicas: inputs.statusReplicas,
    pods: inputs.pods,
    runningReadyPods: countRunningReady(inputs.pods),
    readings: hpa.metrics.map((metric, index) => {
      const answer = inputs.metrics[index];
      return answer && readAnswer(metric, inputs.pods, answer, `metrics[${index}]`);
    }),
  };
}

function countRunningReady(pods: readonly HpaPod[]): number {
  let count = 0;
  for (const pod of pods) if (pod.phase === 'Running' && pod.ready === true) count++;
  return count;
}

function readAnswer(
  metric: CompiledMetric,
  pods: readonly HpaPod[],
  answer: MetricAnswer,
  path: string,
): MetricReading {
  if (answer.error !== undefined && answer.error !== false) return null;
  if (metric.type === 'Object' || metric.type === 'External') return readSeries(metric, answer, path);
  if (answer.values !== undefined)
    throw badInput(`${path}.values`, `a ${metric.type} metric is answered by pods`);
  return joinSamples(pods, answer.pods ?? {}, path);
}

function readSeries(metric: CompiledMetric, { pods, values }: MetricAnswer, path: string): number | null {
  if (pods !== undefined) throw badInput(`${path}.pods`, `a ${metric.type} metric is answered by values`);
  if (values === undefined || values.length === 0) return null;
  if (metric.type === 'Object' && values.length > 1) {
    throw badInput(`${path}.values`, `has ${values.length} entries, and an Object metric has one`);
  }
  const total = values.reduce((sum, value) => sum + value, 0);
  requireExact(total, `${path}.values`);
  return total;
}

/** An empty list is an error to the controller's metrics client. */
function joinSamples(
  pods: readonly HpaPod[],
  samples: Readonly<Record<string, PodSample>>,
  path: string,
): JoinedSamples | null {
  let strays = 0;
  let strayTotal = 0;
  let total = 0;
  const listed = new Set(pods.map(({ name }) => name));
  for (const [name, { value }] of Object.entries(samples)) {
    total += value;
    if (listed.has(name)) continue;
    strays++;
    strayTotal += value;
  }
  requireExact(total, `${path}.pods`);
  // A pod may be called `constructor`: only own keys count.
  const ofPods = pods.map(({ name }) => (Object.hasOwn(samples, name) ? samples[name] : undefined));
  return strays === 0 && ofPods.every((sample) => sample === undefined)
    ? null
    : { ofPods, strays, strayTotal };
}
