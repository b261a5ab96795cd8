import { compileHpa } from '../hpa/compile-hpa.ts';
import { defaultControllerFlags } from '../hpa/controller-flags.ts';
import { isSampleSetAside } from '../hpa/group-pods.ts';
import { parseHpaSpec } from '../hpa/parse-hpa-spec.ts';
import { reconcileAggregated } from '../hpa/reconcile-aggregated.ts';
import { createHpaState, type HpaState } from '../hpa/state.ts';
import type { AggregatedPodMetric, AggregatedSyncInputs, CompiledHpa } from '../hpa/types.ts';
import { type MetricSource, metricSources } from './metric-sources.ts';
import type { ComponentModel, ScalingModel, SimulationModel } from './model.ts';
import { type Pods, podStates } from './pods.ts';
import type { ResourceMetrics } from './resource-metrics.ts';

/** An HPA that is ready to run: compiled once, used by any number of simulations. */
export interface PreparedHpa {
  readonly hpa: CompiledHpa;
  readonly sources: readonly MetricSource[];
}

/**
 * @param at where the spec stands, the beginning of every path in an error
 * @throws TuneError BAD_HPA_SPEC, METRIC_NOT_RECORDED, UNKNOWN_KUBERNETES_VERSION
 */
export function prepareHpa(
  spec: unknown,
  model: SimulationModel,
  component: ComponentModel,
  at = 'spec',
): PreparedHpa {
  const parsed = parseHpaSpec(spec, at);
  const sources = metricSources(parsed, model, component, at);
  const hpa = compileHpa(parsed, {
    kubernetesVersion: model.kubernetesVersion,
    flags: defaultControllerFlags,
  });
  return { hpa, sources };
}

/** One component's HPA at work. */
export interface Autoscaler {
  readonly prepared: PreparedHpa;
  readonly state: HpaState;
  readonly inputs: AggregatedSyncInputs;
  readonly requestedMillicores: number | null;
  /** Reused for {@link isSampleSetAside}. */
  readonly pod: { ready: boolean; readyTransitionMs: number; startTimeMs: number };
  readonly sample: { atMs: number; windowMs: number };
}

export function createAutoscaler(
  prepared: PreparedHpa,
  component: ComponentModel,
  scaling: ScalingModel,
): Autoscaler {
  return {
    prepared,
    state: createHpaState({ desiredReplicas: scaling.initialReplicas }),
    inputs: {
      atMs: 0,
      specReplicas: 0,
      statusReplicas: 0,
      podCount: 0,
      runningReadyPods: 0,
      metrics: prepared.sources.map(emptyMetric),
    },
    requestedMillicores: scaling.requestedMillicores ?? component.requestedMillicores,
    pod: { ready: false, readyTransitionMs: 0, startTimeMs: 0 },
    sample: { atMs: 0, windowMs: 0 },
  };
}

function emptyMetric(): AggregatedPodMetric {
  return {
    failed: false,
    countedPods: 0,
    valueTotal: 0,
    unreadyPods: 0,
    missingPods: 0,
    requestPerPod: 0,
    value: 0,
  };
}

/** What can be read from the metrics APIs at a sync. */
export interface ReadableMetrics {
  readonly resource: ResourceMetrics;
  readonly resourceFails: boolean;
  /** Length of the queue as last polled; null: not polled yet, or the adapter is gone. */
  readonly queueDepth: number | null;
}

/**
 * One sync of the HPA controller.
 *
 * @returns replicas to scale to; `specReplicas` where it leaves them
 */
export function syncAutoscaler(
  autoscaler: Autoscaler,
  pods: Pods,
  moment: { readonly atSeconds: number; readonly specReplicas: number },
  metrics: ReadableMetrics,
): number {
  const { inputs, prepared, state } = autoscaler;
  inputs.atMs = moment.atSeconds * 1000;
  inputs.specReplicas = moment.specReplicas;
  inputs.statusReplicas = pods.replicas;
  inputs.podCount = pods.replicas + pods.terminating;
  inputs.runningReadyPods = pods.readyCount;
  for (let index = 0; index < prepared.sources.length; index++) {
    const metric = inputs.metrics[index] as AggregatedPodMetric;
    const source = prepared.sources[index];
    if (source === 'queue') readQueue(metric, metrics.queueDepth);
    else readPods(autoscaler, metric, source === 'cpu', pods, metrics);
  }
  return reconcileAggregated(prepared.hpa, state, inputs) ?? moment.specReplicas;
}

function readQueue(metric: AggregatedPodMetric, queueDepth: number | null): void {
  metric.failed = queueDepth === null;
  metric.value = queueDepth === null ? 0 : Math.round(queueDepth) * 1000;
}

function readPods(
  autoscaler: Autoscaler,
  metric: AggregatedPodMetric,
  isCpu: boolean,
  pods: Pods,
  metrics: ReadableMetrics,
): void {
  metric.countedPods = 0;
  metric.valueTotal = 0;
  metric.unreadyPods = 0;
  metric.missingPods = 0;
  metric.requestPerPod = Math.round(
    isCpu ? (autoscaler.requestedMillicores ?? 0) : (pods.model.requestedMemoryBytes ?? 0) * 1000,
  );
  let hasSample = false;
  for (let place = 0; place < pods.used; place++) {
    const state = pods.state[place] as number;
    if (state === podStates.gone || state === podStates.terminating) continue;
    const sampleAt = metrics.resource.sampleAt[place] as number;
    const isPending =
      state === podStates.pending || (pods.startedAt[place] as number) > autoscaler.inputs.atMs / 1000;
    const isSampled = sampleAt > Number.NEGATIVE_INFINITY;
    hasSample ||= isSampled;
    if (isPending) metric.unreadyPods++;
    else if (!isSampled) metric.missingPods++;
    else if (isCpu && isSetAside(autoscaler, pods, place, sampleAt, metrics.resource)) metric.unreadyPods++;
    else {
      metric.countedPods++;
      metric.valueTotal += isCpu
        ? Math.round(metrics.resource.millicores[place] as number)
        : Math.round(pods.model.memoryBytes) * 1000;
    }
  }
  metric.failed = metrics.resourceFails || !hasSample;
}

function isSetAside(
  autoscaler: Autoscaler,
  pods: Pods,
  place: number,
  sampleAt: number,
  { pipeline }: ResourceMetrics,
): boolean {
  const { pod, sample, inputs, prepared } = autoscaler;
  const isReady = pods.state[place] === podStates.ready;
  pod.ready = isReady;
  // While a pod is not Ready its condition last changed when the pod began.
  pod.readyTransitionMs =
    (isReady ? (pods.readyAt[place] as number) : (pods.startedAt[place] as number)) * 1000;
  pod.startTimeMs = (pods.startedAt[place] as number) * 1000;
  sample.atMs = sampleAt * 1000;
  sample.windowMs = pipeline.resourceWindowSeconds * 1000;
  return isSampleSetAside(pod, sample, { atMs: inputs.atMs, flags: prepared.hpa.flags });
}
