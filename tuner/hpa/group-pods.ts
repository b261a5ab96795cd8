import { multiplyThenDivide } from './go-arithmetic.ts';
import { column, type PodTable, rowWidth, standings } from './pod-table.ts';
import type { PodSums } from './propose-from-pods.ts';
import type { CompiledHpa, CompiledMetric, ControllerFlags, HpaPod, PodSample } from './types.ts';

/**
 * Sorts the pods of one metric into ready, unready, missing and ignored ones and adds them up.
 *
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, groupPods and removeMetricsForPods
 */
export function groupPods(hpa: CompiledHpa, metric: CompiledMetric, atMs: number, table: PodTable): PodSums {
  const { rows } = table;
  const sums = initialSums(metric, table);
  const now = { atMs, flags: hpa.flags };
  for (let at = 0; at < rows.length; at += rowWidth) {
    const standing = rows[at + column.standing] as number;
    if (standing === standings.ignored) continue;
    const request = rows[at + column.request] as number;
    const value = rows[at + column.value] as number;
    if (standing === standings.pending) addUnready(sums, request);
    else if (Number.isNaN(value)) addMissing(sums, request, missingFallback(metric, request));
    else if (metric.hasReadinessRules && isRowSetAside(rows, at, now)) addUnready(sums, request);
    else addReady(sums, request, value);
  }
  if (metric.kind === 'utilization' && sums.requestTotal === 0) {
    sums.requestProblem ??= 'no metrics returned matched known pods';
  }
  return sums;
}

/** Samples of pods that are gone have no request, and so no part in a utilization but for their number. */
function initialSums(metric: CompiledMetric, table: PodTable): PodSums {
  return {
    pods: table.pods,
    readyPods: 0,
    samples: table.strays,
    valueTotal: metric.kind === 'utilization' ? 0 : table.strayTotal,
    requestTotal: 0,
    unreadyPods: 0,
    unreadyRequests: 0,
    missingPods: 0,
    missingRequests: 0,
    missingFallback: 0,
    requestProblem: table.requestProblem,
  };
}

function addReady(sums: PodSums, request: number, value: number): void {
  sums.readyPods++;
  sums.samples++;
  sums.valueTotal += value;
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

/** Moment of the sync and the controller's flags. */
interface Now {
  readonly atMs: number;
  readonly flags: ControllerFlags;
}

/**
 * Whether the controller takes a cpu sample for the work of a pod that is still starting.
 *
 * Within the CPU initialization period after the pod's start: while it is not ready, or as long as the sample's
 * window reaches back beyond the last change of readiness. After it: while it is not ready and never was,
 * which is told from a last change within the initial readiness delay.
 *
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, groupPods
 */
export function isSampleSetAside(
  pod: Pick<HpaPod, 'ready' | 'readyTransitionMs' | 'startTimeMs'>,
  sample: Pick<PodSample, 'atMs' | 'windowMs'>,
  now: Now,
): boolean {
  if (pod.ready === null || pod.startTimeMs === null) return true;
  const isUnready = pod.ready === false;
  if (pod.startTimeMs + now.flags.cpuInitializationPeriodSeconds * 1000 > now.atMs) {
    return isUnready || sample.atMs < pod.readyTransitionMs + sample.windowMs;
  }
  return isUnready && pod.startTimeMs + now.flags.initialReadinessDelaySeconds * 1000 > pod.readyTransitionMs;
}

/** {@link isSampleSetAside} for one row of the table. */
function isRowSetAside(rows: Float64Array, at: number, now: Now): boolean {
  const standing = rows[at + column.standing] as number;
  const startTimeMs = rows[at + column.startTimeMs] as number;
  if (standing === standings.noCondition || Number.isNaN(startTimeMs)) return true;
  return isSampleSetAside(
    {
      ready: standing === standings.unknown ? 'Unknown' : standing === standings.ready,
      readyTransitionMs: rows[at + column.readyTransitionMs] as number,
      startTimeMs,
    },
    { atMs: rows[at + column.sampleAtMs] as number, windowMs: rows[at + column.windowMs] as number },
    now,
  );
}

/** What one missing pod is taken to use on the way down: all of its request or the target, whichever is more. */
export function missingFallback(metric: CompiledMetric, request: number): number {
  if (metric.kind !== 'utilization') return metric.target;
  return multiplyThenDivide(request, Math.max(100, metric.target), 100);
}
