import type { HpaSpec, QuantityText, ScalingPolicy, ScalingRules } from '../contracts/hpa-spec.ts';
import { parseRatio } from '../contracts/quantity.ts';
import type { CompiledPolicy, CompiledScalingRules, ControllerFlags, VersionRules } from './types.ts';

/** `behavior` with both directions filled in; the tolerances are null where the controller's own one holds. */
export interface CompiledBehavior {
  readonly scaleUp: CompiledScalingRules;
  readonly scaleDown: CompiledScalingRules;
  readonly scaleUpTolerance: number | null;
  readonly scaleDownTolerance: number | null;
}

const defaultScaleUpPolicies: readonly ScalingPolicy[] = [
  { type: 'Pods', value: 4, periodSeconds: 15 },
  { type: 'Percent', value: 100, periodSeconds: 15 },
];
const defaultScaleDownPolicies: readonly ScalingPolicy[] = [
  { type: 'Percent', value: 100, periodSeconds: 15 },
];

/**
 * Fills in both directions as soon as `behavior` stands in the spec, be it empty.
 *
 * @returns null without `behavior`: no defaults are filled in then and the controller has older rules for it
 * @see Kubernetes 1.37 pkg/apis/autoscaling/v2/defaults.go, SetDefaults_HorizontalPodAutoscalerBehavior;
 *   podautoscaler/horizontal.go, maybeInitScaleDownStabilizationWindow, tolerancesForHpa
 */
export function compileBehavior(
  behavior: HpaSpec['behavior'],
  rules: VersionRules,
  flags: ControllerFlags,
): CompiledBehavior | null {
  if (behavior === undefined) return null;
  const { scaleUp, scaleDown } = behavior;
  return {
    scaleUp: fillRules(scaleUp, 0, defaultScaleUpPolicies),
    scaleDown: fillRules(scaleDown, flags.downscaleStabilizationSeconds, defaultScaleDownPolicies),
    scaleUpTolerance: rules.configurableTolerance ? toleranceOf(scaleUp?.tolerance) : null,
    scaleDownTolerance: rules.configurableTolerance ? toleranceOf(scaleDown?.tolerance) : null,
  };
}

function fillRules(
  rules: ScalingRules | undefined,
  defaultWindowSeconds: number,
  defaultPolicies: readonly ScalingPolicy[],
): CompiledScalingRules {
  const policies = (rules?.policies ?? defaultPolicies).map(compilePolicy);
  return {
    stabilizationMs: (rules?.stabilizationWindowSeconds ?? defaultWindowSeconds) * 1000,
    selectPolicy: rules?.selectPolicy ?? 'Max',
    policies,
    longestPeriodMs: Math.max(...policies.map(({ periodMs }) => periodMs)),
  };
}

function compilePolicy({ type, value, periodSeconds }: ScalingPolicy): CompiledPolicy {
  return { isPercent: type === 'Percent', value, periodMs: periodSeconds * 1000 };
}

function toleranceOf(tolerance: QuantityText | undefined): number | null {
  return tolerance === undefined ? null : parseRatio(tolerance);
}
