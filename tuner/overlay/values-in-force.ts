import type { ComponentName } from '../contracts/component.ts';
import type { ComponentEvidence, Evidence } from '../contracts/evidence.ts';
import { hpaSpecSchema } from '../contracts/hpa-spec.ts';
import { whatChartCannotSay } from './borispolonsky.ts';
import { type Values, valuesTree } from './values-document.ts';

/**
 * The values that would render what the recording saw, as far as this project sets them.
 *
 * A release's real values are in the cluster (`helm get values`); without them these are the best guess. The
 * count is left out: an HPA moves it, so the recording does not tell what the values say.
 */
export function recordedValues(evidence: Evidence): Values {
  return valuesTree(
    (Object.entries(evidence.components) as [ComponentName, ComponentEvidence][]).flatMap(
      ([component, recorded]) => [...autoscaling(component, recorded), ...requests(component, recorded)],
    ),
  );
}

type Leaf = { path: string[]; value: number | string | boolean };

function autoscaling(component: ComponentName, { hpaSpec, hpaName, deployment }: ComponentEvidence): Leaf[] {
  const parsed = hpaSpecSchema.safeParse(hpaSpec);
  const leaf = (key: string, value: number | boolean) => ({ path: [component, 'autoscaling', key], value });
  // An HPA that the chart cannot write, or under another name, was not written by the chart.
  if (!parsed.success || hpaName !== deployment || whatChartCannotSay(parsed.data).length > 0) {
    return [leaf('enabled', false)];
  }
  const { minReplicas, maxReplicas, metrics = [] } = parsed.data;
  const percentOf = (resource: string) =>
    metrics.flatMap((metric) =>
      metric.type === 'Resource' && metric.resource.name === resource
        ? [metric.resource.target.averageUtilization ?? 0]
        : [],
    )[0] ?? 0;
  return [
    leaf('enabled', true),
    leaf('minReplicas', minReplicas ?? 1),
    leaf('maxReplicas', maxReplicas),
    leaf('targetCPUUtilizationPercentage', percentOf('cpu')),
    ...(percentOf('memory') === 0 ? [] : [leaf('targetMemoryUtilizationPercentage', percentOf('memory'))]),
  ];
}

function requests(component: ComponentName, recorded: ComponentEvidence): Leaf[] {
  const { requestedMillicores, requestedMemoryBytes } = recorded;
  const leaf = (key: string, value: string) => ({ path: [component, 'resources', 'requests', key], value });
  return [
    ...(requestedMillicores === null ? [] : [leaf('cpu', `${Math.round(requestedMillicores)}m`)]),
    ...(requestedMemoryBytes === null ? [] : [leaf('memory', String(Math.round(requestedMemoryBytes)))]),
  ];
}

/** `b` over `a` as helm lays values: maps merge, everything else is replaced, null takes a key away. */
export function mergeValues(a: Values, b: Values): Values {
  const merged: Values = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const below = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isValues(value) && isValues(below) ? mergeValues(below, value) : value;
  }
  return merged;
}

export function valueAt(values: Values, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (isValues(at) ? at[key] : undefined), values);
}

function isValues(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
