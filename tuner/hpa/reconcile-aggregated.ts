import { missingFallback } from './group-pods.ts';
import { brokenTarget, type MetricProblem, type PodSums, proposeFromPods } from './propose-from-pods.ts';
import { proposeFromValue } from './propose-from-value.ts';
import { badInput, inexact, isExact } from './refuse-input.ts';
import type { HpaState } from './state.ts';
import {
  addProposal,
  beginSync,
  concludeFromMetrics,
  concludeWithoutMetrics,
  type MetricOutcome,
} from './sync.ts';
import type { AggregatedPodMetric, AggregatedSyncInputs, CompiledHpa, CompiledMetric } from './types.ts';

/**
 * One sync over pods that are alike: {@link reconcile} for callers who count pods instead of listing them.
 *
 * Decides exactly as `reconcile` does over a list of such pods, and makes no object of the decision, as nobody reads
 * it thousands of times a second: desired replicas and conditions are in `state` until the next sync. Without samples
 * of pods that are gone from the list, and with one request for all pods; whoever needs either lists the pods.
 *
 * @param state changed in place; may be shared with `reconcile`
 * @param inputs may be reused from sync to sync: nothing of it is kept
 * @returns the count that is written; null where it stays
 * @throws TuneError BAD_HPA_INPUT when an amount is negative, no number, or too large to be added up exactly
 */
export function reconcileAggregated(
  hpa: CompiledHpa,
  state: HpaState,
  inputs: AggregatedSyncInputs,
): number | null {
  moment.atMs = inputs.atMs;
  moment.currentReplicas = inputs.specReplicas;
  const step = beginSync(hpa, state, moment);
  if (step !== 'readMetrics') return concludeWithoutMetrics(hpa, state, moment, step);

  outcome.highest = 0;
  outcome.invalid = 0;
  outcome.firstInvalid = null;
  for (let index = 0; index < hpa.metrics.length; index++) {
    const metric = hpa.metrics[index] as CompiledMetric;
    addProposal(outcome, metric, propose(hpa, metric, inputs, index));
  }
  return concludeFromMetrics(hpa, state, moment, outcome);
}

/** Reused: nobody keeps any of them beyond the sync. */
const moment = { atMs: 0, currentReplicas: 0 };
const outcome: MetricOutcome = { highest: 0, invalid: 0, firstInvalid: null };
const reading = { value: 0, specReplicas: 0, statusReplicas: 0, podCount: 0, runningReadyPods: 0 };

function propose(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  inputs: AggregatedSyncInputs,
  index: number,
): number | MetricProblem {
  if (metric.kind === 'broken') return brokenTarget;
  const pods = inputs.metrics[index];
  if (pods === undefined) {
    throw badInput(`metrics[${index}]`, `nothing was given for this ${metric.type} metric of the HPA`);
  }
  if (pods.failed) return 'the metrics API answered an error or nothing';
  if (metric.type === 'Object' || metric.type === 'External') {
    if (!isExact(pods.value)) throw inexact(pods.value, `metrics[${index}].value`);
    reading.value = pods.value;
    reading.specReplicas = inputs.specReplicas;
    reading.statusReplicas = inputs.statusReplicas;
    reading.podCount = inputs.podCount;
    reading.runningReadyPods = inputs.runningReadyPods;
    return proposeFromValue(hpa, metric, reading);
  }
  const sums = sumsOf(metric, inputs.podCount, pods);
  const value = sums.valueTotal + sums.missingFallback;
  if (!isExact(value)) throw inexact(value, `metrics[${index}].valueTotal`);
  const requested = inputs.podCount * pods.requestPerPod;
  if (!isExact(requested)) throw inexact(requested, `metrics[${index}].requestPerPod`);
  return proposeFromPods(hpa, metric, sums, inputs.specReplicas);
}

function sumsOf(metric: CompiledMetric, podCount: number, pods: AggregatedPodMetric): PodSums {
  const request = metric.kind === 'utilization' ? pods.requestPerPod : 0;
  const lacksRequest = metric.kind === 'utilization' && request === 0;
  return {
    pods: podCount,
    readyPods: pods.countedPods,
    samples: pods.countedPods,
    valueTotal: pods.valueTotal,
    requestTotal: pods.countedPods * request,
    unreadyPods: pods.unreadyPods,
    unreadyRequests: pods.unreadyPods * request,
    missingPods: pods.missingPods,
    missingRequests: pods.missingPods * request,
    missingFallback: pods.missingPods === 0 ? 0 : pods.missingPods * missingFallback(metric, request),
    requestProblem: lacksRequest ? 'a pod has no request for the resource' : null,
  };
}
