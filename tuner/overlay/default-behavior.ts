import type { HpaSpec, ScalingRules } from '../contracts/hpa-spec.ts';

type Behavior = HpaSpec['behavior'];

interface FullRules {
  readonly stabilizationWindowSeconds: number;
  readonly selectPolicy: NonNullable<ScalingRules['selectPolicy']>;
  readonly policies: NonNullable<ScalingRules['policies']>;
}

/**
 * What a missing `behavior` means to the controller.
 *
 * @see Kubernetes 1.37 pkg/apis/autoscaling/v2/defaults.go, scaleUpRules and scaleDownRules; a missing window of
 *   scale-down is --horizontal-pod-autoscaler-downscale-stabilization, 300 s where nobody set the flag
 */
const defaults: Record<'scaleUp' | 'scaleDown', FullRules> = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  },
};

/** Whether leaving `behavior` away would do the same: an HPA read from a server has its defaults filled in. */
export function isDefaultBehavior(behavior: Behavior): boolean {
  return (['scaleUp', 'scaleDown'] as const).every((direction) => {
    const rules = behavior?.[direction];
    return rules === undefined || isDefault(rules, defaults[direction]);
  });
}

function isDefault(rules: ScalingRules, standard: FullRules): boolean {
  if (rules.tolerance !== undefined) return false;
  const { stabilizationWindowSeconds, selectPolicy, policies } = { ...standard, ...withoutUndefined(rules) };
  return (
    stabilizationWindowSeconds === standard.stabilizationWindowSeconds &&
    selectPolicy === standard.selectPolicy &&
    policies.length === standard.policies.length &&
    policies.map(policyText).sort().join() === standard.policies.map(policyText).sort().join()
  );
}

function policyText({ type, value, periodSeconds }: NonNullable<ScalingRules['policies']>[number]): string {
  return `${type} ${value} ${periodSeconds}`;
}

function withoutUndefined(rules: ScalingRules): Partial<FullRules> {
  return Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined));
}
