import { isWithinTolerance } from './dead-band.ts';
import { maxInt32, toInt32 } from './go-arithmetic.ts';
import type { MetricProblem } from './propose-from-pods.ts';
import type { CompiledHpa, CompiledMetric } from './types.ts';

/** What a metric that is not taken from pods is computed from. */
export interface ValueReading {
  /** The series added up, milli-units. */
  readonly value: number;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** All pods of the selector. */
  readonly podCount: number;
  /** Pods in phase Running with Ready true; terminating ones count here. */
  readonly runningReadyPods: number;
}

/**
 * Replicas that an Object or External metric asks for, before stabilization and rate limits.
 *
 * A Value target scales the ready pods by value / target; an AverageValue target divides the value by the
 * target and looks at the present count (`statusReplicas`) for the dead band alone.
 *
 * @returns int32; a problem when it cannot be told
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, GetExternalMetricReplicas,
 *   GetExternalPerPodMetricReplicas, GetObjectMetricReplicas, GetObjectPerPodMetricReplicas
 * @example a queue of 100, target 20 per replica, 3 replicas: proposeFromValue(…) // 5
 */
export function proposeFromValue(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  reading: ValueReading,
): number | MetricProblem {
  return metric.kind === 'averageValue'
    ? proposeFromAverage(hpa, metric, reading)
    : proposeFromRatio(hpa, metric, reading);
}

function proposeFromAverage(hpa: CompiledHpa, metric: CompiledMetric, reading: ValueReading): number {
  // 0 replicas make this NaN or Infinity, both outside the dead band.
  const ratio = reading.value / (metric.target * reading.statusReplicas);
  if (isWithinTolerance(ratio, hpa)) return reading.statusReplicas;

  const replicas = Math.ceil(reading.value / metric.target);
  const isCapped = metric.type === 'External' && hpa.rules.capsExternalAverage;
  return isCapped && replicas > maxInt32 ? maxInt32 : toInt32(replicas);
}

function proposeFromRatio(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  reading: ValueReading,
): number | MetricProblem {
  const ratio = reading.value / metric.target;
  // From zero there is no pod to scale and no dead band: the ratio is the count.
  if (reading.specReplicas === 0) return toInt32(Math.ceil(ratio));
  if (isWithinTolerance(ratio, hpa)) return reading.specReplicas;
  if (reading.podCount === 0) return 'no pods returned by selector';

  const replicas = ratio * reading.runningReadyPods;
  return hpa.rules.capsValueRatio && replicas > maxInt32 ? maxInt32 : toInt32(Math.ceil(replicas));
}
