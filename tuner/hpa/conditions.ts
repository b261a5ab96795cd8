import type { HpaCondition } from './types.ts';

/**
 * Every condition a sync can set, made once: a state holds references to these and a sync allocates none.
 *
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, setCondition; reasons are the controller's own
 */
export const conditions = {
  gotScale: condition('AbleToScale', 'True', 'SucceededGetScale'),
  readyForNewScale: condition('AbleToScale', 'True', 'ReadyForNewScale'),
  scaleUpStabilized: condition('AbleToScale', 'True', 'ScaleUpStabilized'),
  scaleDownStabilized: condition('AbleToScale', 'True', 'ScaleDownStabilized'),
  rescaled: condition('AbleToScale', 'True', 'SucceededRescale'),
  validMetric: condition('ScalingActive', 'True', 'ValidMetricFound'),
  disabled: condition('ScalingActive', 'False', 'ScalingDisabled'),
  withinRange: condition('ScalingLimited', 'False', 'DesiredWithinRange'),
  scaleUpLimit: condition('ScalingLimited', 'True', 'ScaleUpLimit'),
  scaleDownLimit: condition('ScalingLimited', 'True', 'ScaleDownLimit'),
  tooManyReplicas: condition('ScalingLimited', 'True', 'TooManyReplicas'),
  tooFewReplicas: condition('ScalingLimited', 'True', 'TooFewReplicas'),
  scaledToZero: condition('ScaledToZero', 'True', 'ScaledToZero'),
  notScaledToZero: condition('ScaledToZero', 'False', 'NotScaledToZero'),
} as const;

/** ScalingActive False, by metric type: the metric that failed first gives its reason. */
export const metricFailures = {
  Resource: condition('ScalingActive', 'False', 'FailedGetResourceMetric'),
  ContainerResource: condition('ScalingActive', 'False', 'FailedGetContainerResourceMetric'),
  Pods: condition('ScalingActive', 'False', 'FailedGetPodsMetric'),
  Object: condition('ScalingActive', 'False', 'FailedGetObjectMetric'),
  External: condition('ScalingActive', 'False', 'FailedGetExternalMetric'),
} as const;

function condition(type: HpaCondition['type'], status: HpaCondition['status'], reason: string): HpaCondition {
  return Object.freeze({ type, status, reason });
}

/** Replaces the condition of that type where it stands, or appends: the list keeps the order of first use. */
export function setCondition(list: HpaCondition[], next: HpaCondition): void {
  for (let index = 0; index < list.length; index++) {
    if (list[index]?.type === next.type) {
      list[index] = next;
      return;
    }
  }
  list.push(next);
}

/** Drops the condition of a type; the others keep their order. */
export function removeCondition(list: HpaCondition[], type: HpaCondition['type']): void {
  const index = list.findIndex((held) => held.type === type);
  if (index >= 0) list.splice(index, 1);
}

/** Whether the controller itself scaled to zero, which is what lets it scale up from there. */
export function isScaledToZero(list: readonly HpaCondition[]): boolean {
  for (const held of list) if (held.type === 'ScaledToZero') return held.status === 'True';
  return false;
}
