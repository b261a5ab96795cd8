import { multiplyThenDivide } from './go-arithmetic.ts';
import { podRequest } from './pod-request.ts';
import type { PodSums } from './propose-from-pods.ts';
import type { JoinedSamples, SyncReadings } from './read-sync.ts';
import type { CompiledHpa, CompiledMetric, ControllerFlags, HpaPod, PodSample } from './types.ts';

/**
 * Sorts the pods of one metric into ready, unready, missing and ignored ones and adds them up.
 *
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, groupPods and removeMetricsForPods
 */
export function groupPods(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  sync: SyncReadings,
  joined: JoinedSamples,
): PodSums {
  const divides = metric.kind === 'utilization';
  const sums = initialSums(sync.pods.length, divides, joined);
  // Pods of one template share their requests, so most of the time the last pod's answer holds.
  let requests: HpaPod['requests'] | undefined;
  let request = 0;
  for (let index = 0; index < sync.pods.length; index++) {
    const pod = sync.pods[index] as HpaPod;
    const sample = joined.ofPods[index];
    if (divides && (pod.requests !== requests || pod.podRequests != null)) {
      request = requestOf(hpa, metric, pod, sums);
      requests = pod.podRequests == null ? pod.requests : undefined;
    }
    const group = groupOf(hpa, metric, pod, sample, sync.atMs);
    if (group === 'ready') addReady(sums, request, sample);
    else if (group === 'unready') addUnready(sums, request);
    else if (group === 'missing') addMissing(sums, request, missingFallback(metric, request));
  }
  if (divides && sums.requestTotal === 0) sums.requestProblem ??= 'no metrics returned matched known pods';
  return sums;
}

/** Samples of pods that are gone have no request, and so no part in a utilization but for their number. */
function initialSums(pods: number, divides: boolean, joined: JoinedSamples): PodSums {
  return {
    pods,
    readyPods: 0,
    samples: joined.strays,
    valueTotal: divides ? 0 : joined.strayTotal,
    requestTotal: 0,
    unreadyPods: 0,
    unreadyRequests: 0,
    missingPods: 0,
    missingRequests: 0,
    missingFallback: 0,
    requestProblem: null,
  };
}

function addReady(sums: PodSums, request: number, sample: PodSample | undefined): void {
  sums.readyPods++;
  sums.samples++;
  sums.valueTotal += sample?.value ?? 0;
  sums.requestTotal += request;
}

function addUnready(sums: PodSums, request: number): void {
  sums.unreadyPods++;
  sums.unreadyRequests += request;
}

function addMissing(sums: PodSums, request: number, fallback: number): void {
  sums.missingPods++;
  sums.missingRequests += request;
  sums.missingFallback += fallback;
}

/** One pod without a request spoils the metric, be the pod ignored or not. */
function requestOf(hpa: CompiledHpa, metric: CompiledMetric, pod: HpaPod, sums: PodSums): number {
  const request = podRequest(hpa, metric, pod);
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
