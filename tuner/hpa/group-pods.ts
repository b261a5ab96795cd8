import { multiplyThenDivide } from './go-arithmetic.ts';
import { podRequest } from './pod-request.ts';
import type { MetricProblem, PodSums } from './propose-from-pods.ts';
import type { CompiledHpa, CompiledMetric, ControllerFlags, HpaPod, PodSample } from './types.ts';

type Samples = Readonly<Record<string, PodSample>>;

/** What one metric's pods are grouped from. */
export interface PodReading {
  readonly atMs: number;
  readonly pods: readonly HpaPod[];
  readonly samples: Samples;
}

/**
 * Sorts the pods of one metric into ready, unready, missing and ignored ones and adds them up.
 *
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, groupPods and removeMetricsForPods
 */
export function groupPods(hpa: CompiledHpa, metric: CompiledMetric, reading: PodReading): PodSums {
  const sums = emptySums(reading.pods.length);
  addAllSamples(sums, reading.samples);

  let knownTotal = 0;
  for (const pod of reading.pods) {
    const sample = Object.hasOwn(reading.samples, pod.name) ? reading.samples[pod.name] : undefined;
    const request = metric.kind === 'utilization' ? requestOf(hpa, metric, pod, sums) : 0;
    const group = groupOf(hpa, metric, pod, sample, reading.atMs);
    if (group === 'ready') {
      sums.readyPods++;
      sums.requestTotal += request;
      knownTotal += sample?.value ?? 0;
      continue;
    }
    if (sample !== undefined) {
      sums.samples--;
      sums.valueTotal -= sample.value;
    }
    if (group === 'unready') {
      sums.unreadyPods++;
      sums.unreadyRequests += request;
    } else if (group === 'missing') {
      sums.missingPods++;
      sums.missingRequests += request;
      sums.missingFallback += missingFallback(metric, request);
    }
  }
  if (metric.kind === 'utilization') {
    // Pods that are gone from the list have no request, and their samples no part in a utilization.
    sums.valueTotal = knownTotal;
    if (sums.requestTotal === 0) sums.requestProblem ??= 'no metrics returned matched known pods';
  }
  return sums;
}

function emptySums(pods: number): PodSums {
  return {
    pods,
    readyPods: 0,
    samples: 0,
    valueTotal: 0,
    requestTotal: 0,
    unreadyPods: 0,
    unreadyRequests: 0,
    missingPods: 0,
    missingRequests: 0,
    missingFallback: 0,
    requestProblem: null,
  };
}

function addAllSamples(sums: PodSums, samples: Samples): void {
  for (const name in samples) {
    sums.samples++;
    sums.valueTotal += samples[name]?.value ?? 0;
  }
}

/** One pod without a request spoils the metric, be the pod ignored or not. */
function requestOf(hpa: CompiledHpa, metric: CompiledMetric, pod: HpaPod, sums: PodSums): number {
  const request: number | MetricProblem = podRequest(hpa, metric, pod);
  if (typeof request === 'number') return request;
  sums.requestProblem ??= request;
  return 0;
}

type PodGroup = 'ready' | 'unready' | 'missing' | 'ignored';

function groupOf(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  pod: HpaPod,
  sample: PodSample | undefined,
  atMs: number,
): PodGroup {
  if (pod.deleted || pod.phase === 'Failed') return 'ignored';
  if (pod.phase === 'Pending') return 'unready';
  if (sample === undefined) return 'missing';
  if (metric.hasReadinessRules && isSampleSetAside(pod, sample, { atMs, flags: hpa.flags })) return 'unready';
  return 'ready';
}

/**
 * Whether the controller takes a cpu sample for the work of a pod that is still starting.
 *
 * Within the CPU initialization period after the pod's start: while it is not ready, or as long as the sample's
 * window reaches back beyond the last change of readiness. After it: while it is not ready and never was,
 * which is told from a last change within the initial readiness delay.
 *
 * @param now moment of the sync and the controller's flags
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, groupPods
 */
export function isSampleSetAside(
  pod: Pick<HpaPod, 'ready' | 'readyTransitionMs' | 'startTimeMs'>,
  sample: Pick<PodSample, 'atMs' | 'windowMs'>,
  now: { readonly atMs: number; readonly flags: ControllerFlags },
): boolean {
  if (pod.ready === null || pod.startTimeMs === null) return true;
  const isUnready = pod.ready === false;
  if (pod.startTimeMs + now.flags.cpuInitializationPeriodSeconds * 1000 > now.atMs) {
    return isUnready || sample.atMs < pod.readyTransitionMs + sample.windowMs;
  }
  return isUnready && pod.startTimeMs + now.flags.initialReadinessDelaySeconds * 1000 > pod.readyTransitionMs;
}

/** What one missing pod is taken to use on the way down: all of its request or the target, whichever is more. */
export function missingFallback(metric: CompiledMetric, request: number): number {
  if (metric.kind !== 'utilization') return metric.target;
  return multiplyThenDivide(request, Math.max(100, metric.target), 100);
}
