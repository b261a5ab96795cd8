import type { HpaSpec, MetricSpec, ScalingPolicy, ScalingRules } from '../contracts/hpa-spec.ts';
import type { QueueMetric } from './options.ts';

/** One component's settings while they are weighed. What a rule does not touch stays as it is in force. */
export interface ComponentDraft {
  readonly deployment: string;
  /** Replicas without an autoscaler; with one, replicas when the simulation begins. */
  replicas: number;
  hasHpa: boolean;
  minReplicas: number;
  maxReplicas: number;
  metrics: MetricSpec[];
  scaleUp: ScalingRules;
  scaleDown: ScalingRules;
  /** CPU request to set; null: leave the template's. */
  requestedMillicores: number | null;
}

/**
 * The settings in force.
 *
 * @param spec null: no autoscaler
 */
export function draftOf(deployment: string, spec: HpaSpec | null, specReplicas: number): ComponentDraft {
  return {
    deployment,
    replicas: specReplicas,
    hasHpa: spec !== null,
    minReplicas: spec?.minReplicas ?? (spec === null ? specReplicas : 1),
    maxReplicas: spec?.maxReplicas ?? specReplicas,
    metrics: spec?.metrics ?? [],
    scaleUp: spec?.behavior?.scaleUp ?? {},
    scaleDown: spec?.behavior?.scaleDown ?? {},
    requestedMillicores: null,
  };
}

export function copyDraft(draft: ComponentDraft): ComponentDraft {
  return structuredClone(draft);
}

/** @returns null without an autoscaler */
export function specOfDraft(draft: ComponentDraft): HpaSpec | null {
  if (!draft.hasHpa) return null;
  const behavior = {
    ...(hasFields(draft.scaleUp) ? { scaleUp: draft.scaleUp } : {}),
    ...(hasFields(draft.scaleDown) ? { scaleDown: draft.scaleDown } : {}),
  };
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: draft.deployment },
    minReplicas: draft.minReplicas,
    maxReplicas: draft.maxReplicas,
    ...(draft.metrics.length > 0 ? { metrics: draft.metrics } : {}),
    ...(hasFields(behavior) ? { behavior } : {}),
  };
}

function hasFields(value: object): boolean {
  return Object.keys(value).length > 0;
}

/** What the API server fills in for a direction that `behavior` leaves open. */
export const usualRules = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ] satisfies ScalingPolicy[],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] satisfies ScalingPolicy[],
  },
} as const;

export function cpuMetric(averageUtilization: number): MetricSpec {
  return {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
  };
}

export function queueMetricSpec({ name, matchLabels }: QueueMetric, targetPerReplica: number): MetricSpec {
  return {
    type: 'External',
    external: {
      metric: {
        name,
        ...(hasFields(matchLabels) ? { selector: { matchLabels: { ...matchLabels } } } : {}),
      },
      target: { type: 'AverageValue', averageValue: String(targetPerReplica) },
    },
  };
}

/** Position of the CPU utilization target in `metrics`; -1: there is none. */
export function cpuMetricIndex(metrics: readonly MetricSpec[]): number {
  return metrics.findIndex((metric) => metric.type === 'Resource' && metric.resource.name === 'cpu');
}

/** Position of the queue's metric in `metrics`; -1: there is none. */
export function queueMetricIndex(metrics: readonly MetricSpec[], queue: QueueMetric | null): number {
  return metrics.findIndex(
    (metric) => metric.type === 'External' && metric.external.metric.name === queue?.name,
  );
}
