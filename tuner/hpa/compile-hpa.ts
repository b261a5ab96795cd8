import type { HpaSpec, MetricSpec, QuantityText } from '../contracts/hpa-spec.ts';
import { parseMilli } from '../contracts/quantity.ts';
import { compileBehavior } from './compile-behavior.ts';
import { badSpec } from './refuse-spec.ts';
import type { CompiledHpa, CompiledMetric, CompileOptions } from './types.ts';
import { versionRules } from './version-rules.ts';

/** What an HPA without metrics scales on. */
const defaultMetrics: readonly MetricSpec[] = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];

/**
 * Fills in what the API server fills in, parses the quantities and chooses the version's rules.
 *
 * @param spec plain autoscaling/v2 spec, checked by `hpaSpecSchema`
 * @throws TuneError BAD_HPA_SPEC when the version would refuse the spec or an amount is beyond 2^53 milli-units
 * @see Kubernetes 1.37 pkg/apis/autoscaling/v2/defaults.go
 */
export function compileHpa(spec: HpaSpec, options: CompileOptions): CompiledHpa {
  const rules = versionRules(options.kubernetesVersion, options.featureGates);
  const minReplicas = spec.minReplicas ?? 1;
  if (minReplicas === 0 && !rules.scaleToZero) {
    throw badSpec([
      `spec.minReplicas: 0 is refused by Kubernetes ${options.kubernetesVersion} unless HPAScaleToZero is on`,
    ]);
  }
  const metrics = spec.metrics?.length ? spec.metrics : defaultMetrics;
  const behavior = compileBehavior(spec.behavior, rules, options.flags);
  return {
    minReplicas,
    maxReplicas: spec.maxReplicas,
    metrics: metrics.map((metric, index) => compileMetric(metric, `spec.metrics[${index}]`)),
    hasObjectOrExternal: metrics.some(({ type }) => type === 'Object' || type === 'External'),
    scaleUpTolerance: behavior?.scaleUpTolerance ?? options.flags.tolerance,
    scaleDownTolerance: behavior?.scaleDownTolerance ?? options.flags.tolerance,
    behavior: behavior && { scaleUp: behavior.scaleUp, scaleDown: behavior.scaleDown },
    flags: options.flags,
    rules,
  };
}

function compileMetric(metric: MetricSpec, path: string): CompiledMetric {
  switch (metric.type) {
    case 'Resource':
      return compileResource(metric.resource, null, `${path}.resource`);
    case 'ContainerResource':
      return compileResource(
        metric.containerResource,
        metric.containerResource.container,
        `${path}.containerResource`,
      );
    case 'Pods':
      // The target's type is not looked at: a Pods metric always averages.
      return plain(
        'Pods',
        'podAverage',
        milliOf(metric.pods.target.averageValue, `${path}.pods.target.averageValue`),
      );
    case 'Object':
      return compileObject(metric.object.target, `${path}.object.target`);
    case 'External':
      return compileExternal(metric.external.target, `${path}.external.target`);
  }
}

interface ResourceSource {
  readonly name: string;
  readonly target: {
    readonly averageValue?: QuantityText | undefined;
    readonly averageUtilization?: number | undefined;
  };
}

/** averageValue goes first, whatever the target's type says. */
function compileResource(source: ResourceSource, container: string | null, path: string): CompiledMetric {
  const { averageValue, averageUtilization } = source.target;
  const byValue = averageValue !== undefined;
  return {
    type: container === null ? 'Resource' : 'ContainerResource',
    kind: byValue ? 'podAverage' : 'utilization',
    resource: source.name,
    container,
    hasReadinessRules: source.name === 'cpu',
    target: byValue
      ? milliOf(averageValue, `${path}.target.averageValue`)
      : (averageUtilization ?? Number.NaN),
  };
}

interface ValueTarget {
  readonly type: string;
  readonly value?: QuantityText | undefined;
  readonly averageValue?: QuantityText | undefined;
}

/** Here type and field must agree; when they do not, the API server accepts it and every sync fails. */
function compileObject(target: ValueTarget, path: string): CompiledMetric {
  if (target.type === 'Value' && target.value !== undefined) {
    return plain('Object', 'value', milliOf(target.value, `${path}.value`));
  }
  if (target.type === 'AverageValue' && target.averageValue !== undefined) {
    return plain('Object', 'averageValue', milliOf(target.averageValue, `${path}.averageValue`));
  }
  return plain('Object', 'broken', Number.NaN);
}

function compileExternal(target: ValueTarget, path: string): CompiledMetric {
  return target.averageValue !== undefined
    ? plain('External', 'averageValue', milliOf(target.averageValue, `${path}.averageValue`))
    : plain('External', 'value', milliOf(target.value, `${path}.value`));
}

function plain(type: CompiledMetric['type'], kind: CompiledMetric['kind'], target: number): CompiledMetric {
  return { type, kind, resource: null, container: null, hasReadinessRules: false, target };
}

function milliOf(quantity: QuantityText | undefined, path: string): number {
  const milli = quantity === undefined ? null : parseMilli(quantity);
  if (milli !== null) return milli;
  throw badSpec([`${path}: ${quantity} is no positive quantity below 2^53 milli-units`]);
}
