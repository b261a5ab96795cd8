import type { Advice, Proposal } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import { type HpaSpec, hpaSpecSchema } from '../contracts/hpa-spec.ts';
import { isDefaultBehavior } from './default-behavior.ts';
import { reasonFor } from './reason-for.ts';

/**
 * What the values of BorisPolonsky/dify-helm (charts/dify 0.38.0) can say about one component, and what they
 * cannot. Its hpa.yaml renders enabled, minReplicas, maxReplicas and the two utilization targets of
 * `<component>.autoscaling`, and nothing else that stands there.
 */

export interface ValueSetting {
  /** Keys from the root of values.yaml: `['api', 'autoscaling', 'minReplicas']`. */
  readonly path: readonly string[];
  readonly value: number | string | boolean;
  readonly because: string;
}

/** Why the chart cannot write this HPA; empty when it can. */
export function whatChartCannotSay(spec: HpaSpec): string[] {
  const metrics = (spec.metrics ?? []).flatMap((metric) =>
    metric.type === 'Resource' &&
    ['cpu', 'memory'].includes(metric.resource.name) &&
    metric.resource.target.averageUtilization !== undefined
      ? []
      : [`a metric of type ${metric.type}; the chart knows the utilization of cpu and memory alone`],
  );
  return isDefaultBehavior(spec.behavior)
    ? metrics
    : [...metrics, 'behavior (windows, policies, tolerance); the chart ignores the key without a word'];
}

/**
 * Everything the values should say about a component, whether or not it is so already.
 *
 * @param advice the reasons come from its settings
 * @param isCompanion the HPA is a manifest of its own, so the chart must not write one
 */
export function componentValues(
  component: ComponentName,
  proposal: Proposal,
  advice: Advice,
  { isCompanion }: { readonly isCompanion: boolean },
): ValueSetting[] {
  const spec = proposal.hpaSpec === null ? null : hpaSpecSchema.parse(proposal.hpaSpec);
  const autoscaling =
    spec === null
      ? [withoutHpa(component)]
      : isCompanion
        ? [withCompanion(component)]
        : withHpa(component, spec, advice);
  return [
    ...autoscaling,
    ...replicas(component, proposal, spec, advice),
    ...requests(component, proposal, advice),
  ];
}

function withoutHpa(component: ComponentName): ValueSetting {
  return {
    path: [component, 'autoscaling', 'enabled'],
    value: false,
    because: 'a fixed count served this demand best, so no HPA may change it',
  };
}

function withCompanion(component: ComponentName): ValueSetting {
  return {
    path: [component, 'autoscaling', 'enabled'],
    value: false,
    because: `manifests/hpa-${component}.yaml takes the place of the chart's HPA, which cannot say all of it`,
  };
}

function withHpa(component: ComponentName, spec: HpaSpec, advice: Advice): ValueSetting[] {
  const path = (key: string) => [component, 'autoscaling', key];
  return [
    { path: path('enabled'), value: true, because: 'the chart writes the HPA with the numbers below' },
    {
      path: path('minReplicas'),
      value: spec.minReplicas ?? 1,
      because: reasonFor(advice, component, /^minReplicas$/),
    },
    {
      path: path('maxReplicas'),
      value: spec.maxReplicas,
      because: reasonFor(advice, component, /^maxReplicas$/),
    },
    ...utilization(component, spec, advice),
  ];
}

function utilization(component: ComponentName, spec: HpaSpec, advice: Advice): ValueSetting[] {
  const targetOf = (resource: string) =>
    (spec.metrics ?? []).flatMap((metric) =>
      metric.type === 'Resource' && metric.resource.name === resource
        ? [metric.resource.target.averageUtilization ?? 0]
        : [],
    )[0];
  const cpu = targetOf('cpu');
  const memory = targetOf('memory');
  return [
    {
      path: [component, 'autoscaling', 'targetCPUUtilizationPercentage'],
      value: cpu ?? 0,
      because:
        cpu === undefined
          ? '0 takes out the CPU metric that the chart writes by default'
          : reasonFor(advice, component, /^metrics.*[Rr]esource/),
    },
    ...(memory === undefined
      ? []
      : [
          {
            path: [component, 'autoscaling', 'targetMemoryUtilizationPercentage'],
            value: memory,
            because: reasonFor(advice, component, /^metrics.*[Rr]esource/),
          },
        ]),
  ];
}

function replicas(
  component: ComponentName,
  proposal: Proposal,
  spec: HpaSpec | null,
  advice: Advice,
): ValueSetting[] {
  const count = spec === null ? proposal.replicas : (spec.minReplicas ?? 1);
  if (count === null) return [];
  const because =
    spec === null
      ? reasonFor(advice, component, /^replicas$/)
      : 'the chart sets this count on every helm upgrade, HPA or not: one that forgets the live count (see APPLY.md) then falls to the HPA’s minimum and not below it';
  return [{ path: [component, 'replicas'], value: count, because }];
}

function requests(component: ComponentName, proposal: Proposal, advice: Advice): ValueSetting[] {
  if (proposal.requestedMillicores === null) return [];
  return [
    {
      path: [component, 'resources', 'requests', 'cpu'],
      value: `${Math.round(proposal.requestedMillicores)}m`,
      because: reasonFor(advice, component, /requests\.cpu$/),
    },
  ];
}
