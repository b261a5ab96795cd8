import { isWithinTolerance } from './dead-band.ts';
import { multiplyThenDivide, toInt32 } from './go-arithmetic.ts';
import type { CompiledHpa, CompiledMetric } from './types.ts';

/** Why a metric gave no proposal; the texts name the controller's own errors. */
export type MetricProblem =
  | 'the metrics API answered an error or nothing'
  | 'no pods returned by selector'
  | 'did not receive metrics for targeted pods (pods might be unready)'
  | 'a pod has no request for the resource'
  | 'a pod has no such container'
  | 'no metrics returned matched known pods'
  | 'neither a value target nor an average value target of the stated type was set';

/** Of an Object metric whose target's type names a field that is not there: no value is even asked for. */
export const brokenTarget: MetricProblem =
  'neither a value target nor an average value target of the stated type was set';

/** The pods of one metric added up. Amounts are milli-units. */
export interface PodSums {
  /** All pods of the selector. */
  pods: number;
  /** Pods whose own sample counts. */
  readyPods: number;
  /** Samples that count; those of pods that are gone from the list are among them. */
  samples: number;
  /** Sum of those samples; for a utilization without the ones of pods that are gone. */
  valueTotal: number;
  /** Requests of the pods whose samples count. */
  requestTotal: number;
  /** Pods whose samples are set aside, and their requests. */
  unreadyPods: number;
  unreadyRequests: number;
  /** Pods without a sample, and their requests. */
  missingPods: number;
  missingRequests: number;
  /** What the missing pods are taken to use when the others call for scaling down. */
  missingFallback: number;
  /** Requests that could not be worked out; null for metrics that divide by none. */
  requestProblem: MetricProblem | null;
}

/**
 * Replicas that one metric over pods asks for, before stabilization and rate limits.
 *
 * Pods without a sample are taken to use all of their request (or the target, when that is higher) on the way
 * down and nothing on the way up; pods that are not ready use nothing on the way up and do not count on the
 * way down. Neither may turn the direction round.
 *
 * @returns int32; `currentReplicas` while the ratio lies in the dead band; a problem when it cannot be told
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, GetResourceReplicas and calcPlainMetricReplicas
 * @example four ready pods at 75 % of their requests, target 50 %: proposeFromPods(…) // 6
 */
export function proposeFromPods(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  sums: PodSums,
  currentReplicas: number,
): number | MetricProblem {
  const problem = problemOf(sums);
  if (problem !== null) return problem;

  const ratio = usageRatio(metric, sums.valueTotal, sums.requestTotal, sums.samples);
  const countsUnready = sums.unreadyPods > 0 && ratio > 1;
  if (!countsUnready && sums.missingPods === 0) {
    return isWithinTolerance(ratio, hpa) ? currentReplicas : toInt32(Math.ceil(ratio * sums.readyPods));
  }

  let { valueTotal, requestTotal, samples } = sums;
  if (ratio !== 1) {
    samples += sums.missingPods;
    requestTotal += sums.missingRequests;
    if (ratio < 1) valueTotal += sums.missingFallback;
  }
  if (countsUnready) {
    samples += sums.unreadyPods;
    requestTotal += sums.unreadyRequests;
  }
  const newRatio = usageRatio(metric, valueTotal, requestTotal, samples);
  if (isWithinTolerance(newRatio, hpa)) return currentReplicas;
  if ((ratio < 1 && newRatio > 1) || (ratio > 1 && newRatio < 1)) return currentReplicas;

  const replicas = toInt32(Math.ceil(newRatio * samples));
  // More samples than pods can turn the direction round even where the ratio did not.
  if ((newRatio < 1 && replicas > currentReplicas) || (newRatio > 1 && replicas < currentReplicas)) {
    return currentReplicas;
  }
  return replicas;
}

/** In the order in which the controller finds them. */
function problemOf(sums: PodSums): MetricProblem | null {
  if (sums.pods === 0) return 'no pods returned by selector';
  if (sums.samples === 0) return 'did not receive metrics for targeted pods (pods might be unready)';
  return sums.requestProblem;
}

/**
 * Observed / target. The observed value is a whole percent or a whole milli-unit, cut off, before it is divided.
 *
 * @see Kubernetes 1.37 podautoscaler/metrics/utilization.go
 */
function usageRatio(
  metric: CompiledMetric,
  valueTotal: number,
  requestTotal: number,
  samples: number,
): number {
  if (metric.kind !== 'utilization') return Math.floor(valueTotal / samples) / metric.target;
  // int32(int64) keeps the low 32 bits, as |0 does.
  return (multiplyThenDivide(valueTotal, 100, requestTotal) | 0) / metric.target;
}
