import type { ScalingPolicy, ScalingRules } from '../contracts/hpa-spec.ts';
import { type AdviceRule, ascending, evidencePath, type RuleContext, type Scalar } from './advice-rule.ts';
import { usualRules } from './component-draft.ts';

/** Pods that may be added in 15 s; doubling in that time is allowed beside it, as by default. */
export const scaleUpPolicies: AdviceRule = {
  id: 'rate-policies-up',
  plan(context) {
    const current = context.current.hasHpa ? podsPerPeriod(context.current.scaleUp) : null;
    if (!context.base.hasHpa || isOwnMaking(context.current.scaleUp, current)) return null;
    const highest = context.limits.ceiling;
    return {
      sets: 'behavior.scaleUp.policies',
      unit: 'pods per 15 s, or doubling',
      current,
      currentValue: current,
      values: ascending([
        ...[2, 4, 6, 8, 12].filter((pods) => pods <= Math.max(4, highest)),
        ...(current === null ? [] : [current]),
      ]),
      usualValue: usualPodsPerPeriod,
      isPace: true,
      show: (pods) => pods,
      apply: (draft, pods) => {
        if (pods === podsPerPeriod(draft.scaleUp)) return;
        draft.scaleUp = { ...draft.scaleUp, policies: upPolicies(pods) };
      },
      because: `the peak needs ${context.need.replicas.toFixed(1)} full replicas of ${context.name}; the controller decides every 15 s, and the policy caps each decision`,
      evidence: ['arrivals', evidencePath(context, 'startup.readySeconds')],
    };
  },
};

function upPolicies(pods: number): ScalingPolicy[] {
  return [
    { type: 'Pods', value: pods, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ];
}

/** Of the controller's default policies. */
const usualPodsPerPeriod = 4;

/** The number in policies of the form above; null for others. */
function podsPerPeriod(rules: ScalingRules): number | null {
  const policies = rules.policies ?? usualRules.scaleUp.policies;
  const pods = policies.find(({ type }) => type === 'Pods');
  const percent = policies.find(({ type }) => type === 'Percent');
  const isUsualForm =
    policies.length === 2 &&
    pods?.periodSeconds === 15 &&
    percent?.periodSeconds === 15 &&
    percent.value === 100;
  return isUsualForm && (rules.selectPolicy ?? 'Max') === 'Max' ? pods.value : null;
}

/** Somebody chose policies of another form: they are simulated as they are and left alone. */
function isOwnMaking(rules: ScalingRules, recognized: number | null): boolean {
  return recognized === null && (rules.policies !== undefined || rules.selectPolicy !== undefined);
}

/** Percent of the replicas that may go in a minute. */
export const scaleDownPolicies: AdviceRule = {
  id: 'rate-policies-down',
  plan(context) {
    const current = context.current.hasHpa ? percentPerMinute(context.current.scaleDown) : null;
    if (!context.base.hasHpa || isOwnMaking(context.current.scaleDown, current)) return null;
    return {
      sets: 'behavior.scaleDown.policies',
      unit: '% of replicas per minute',
      current: shown(current),
      currentValue: current,
      values: ascending([25, 50, allAtOnce, ...(current === null ? [] : [current])]),
      usualValue: allAtOnce,
      isPace: true,
      show: (percent) => shown(percent) ?? percent,
      apply: (draft, percent) => {
        if (percent === percentPerMinute(draft.scaleDown)) return;
        draft.scaleDown = { ...draft.scaleDown, policies: downPolicies(percent) };
      },
      because: becauseDown(context),
      evidence: [evidencePath(context, 'terminationGracePeriodSeconds'), 'arrivals'],
    };
  },
};

/** Stands for the default, 100 % in 15 s: all that is too much goes at once. */
const allAtOnce = 400;

function shown(percent: number | null): Scalar | null {
  return percent === allAtOnce ? 'no limit' : percent;
}

function downPolicies(percent: number): ScalingPolicy[] {
  return percent === allAtOnce
    ? [...usualRules.scaleDown.policies]
    : [{ type: 'Percent', value: percent, periodSeconds: 60 }];
}

function percentPerMinute(rules: ScalingRules): number | null {
  const [only, ...others] = rules.policies ?? usualRules.scaleDown.policies;
  if (only?.type !== 'Percent' || others.length > 0 || rules.selectPolicy === 'Disabled') return null;
  if (only.periodSeconds === 15 && only.value === 100) return allAtOnce;
  return only.periodSeconds === 60 ? only.value : null;
}

function becauseDown({ name, evidence }: RuleContext): string {
  return `pods of ${name} that go take with them what is not done ${evidence.terminationGracePeriodSeconds} s later; fewer at a time leave more to come back to`;
}
