import { conditions, setCondition } from './conditions.ts';
import { maxInt32, toInt32 } from './go-arithmetic.ts';
import { changeWithin } from './scale-events.ts';
import type { SyncMoment } from './stabilize.ts';
import type { HpaState } from './state.ts';
import type { CompiledHpa, CompiledPolicy, CompiledScalingRules } from './types.ts';

type Behavior = NonNullable<CompiledHpa['behavior']>;

/**
 * Keeps a stabilized recommendation within min, max and the rate of change that the policies allow.
 *
 * @returns int32 to be written as the replica count
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, convertDesiredReplicasWithRules,
 *   convertDesiredReplicasWithBehaviorRate
 */
export function limitRate(hpa: CompiledHpa, state: HpaState, moment: SyncMoment, desired: number): number {
  if (hpa.behavior === null) return limitWithoutBehavior(hpa, state, moment, desired);
  if (desired > moment.currentReplicas) return limitScaleUp(hpa, hpa.behavior, state, moment, desired);
  if (desired < moment.currentReplicas) return limitScaleDown(hpa, hpa.behavior, state, moment, desired);
  setCondition(state.conditions, conditions.withinRange);
  return desired;
}

/** At most the double of the present count, or 4. */
function limitWithoutBehavior(
  hpa: CompiledHpa,
  state: HpaState,
  moment: SyncMoment,
  desired: number,
): number {
  const scaleUpLimit = toInt32(Math.max(2 * moment.currentReplicas, 4));
  const isRateLimited = hpa.maxReplicas > scaleUpLimit;
  const maximum = isRateLimited ? scaleUpLimit : hpa.maxReplicas;
  if (desired < hpa.minReplicas) {
    setCondition(state.conditions, conditions.tooFewReplicas);
    return hpa.minReplicas;
  }
  if (desired > maximum) {
    setCondition(state.conditions, isRateLimited ? conditions.scaleUpLimit : conditions.tooManyReplicas);
    return maximum;
  }
  setCondition(state.conditions, conditions.withinRange);
  return desired;
}

function limitScaleUp(
  hpa: CompiledHpa,
  behavior: Behavior,
  state: HpaState,
  moment: SyncMoment,
  desired: number,
): number {
  // A limit below the present count would turn the direction round; it waits for old events to expire instead.
  const limit = Math.max(scaleUpLimit(behavior.scaleUp, state, moment), moment.currentReplicas);
  const isRateLimited = hpa.maxReplicas > limit;
  const maximum = isRateLimited ? limit : hpa.maxReplicas;
  if (desired <= maximum) {
    setCondition(state.conditions, conditions.withinRange);
    return desired;
  }
  setCondition(state.conditions, isRateLimited ? conditions.scaleUpLimit : conditions.tooManyReplicas);
  return maximum;
}

function limitScaleDown(
  hpa: CompiledHpa,
  behavior: Behavior,
  state: HpaState,
  moment: SyncMoment,
  desired: number,
): number {
  const limit = Math.min(scaleDownLimit(behavior.scaleDown, state, moment), moment.currentReplicas);
  const isRateLimited = hpa.minReplicas < limit;
  const minimum = isRateLimited ? limit : hpa.minReplicas;
  if (desired >= minimum) {
    setCondition(state.conditions, conditions.withinRange);
    return desired;
  }
  setCondition(state.conditions, isRateLimited ? conditions.scaleDownLimit : conditions.tooFewReplicas);
  return minimum;
}

/**
 * Highest count that the scale-up policies allow now; Min takes the policy of the smallest change.
 *
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, calculateScaleUpLimitWithScalingRules
 */
function scaleUpLimit(rules: CompiledScalingRules, state: HpaState, moment: SyncMoment): number {
  if (rules.selectPolicy === 'Disabled') return moment.currentReplicas;
  const takesLowest = rules.selectPolicy === 'Min';
  let limit = takesLowest ? maxInt32 : -maxInt32 - 1;
  for (const policy of rules.policies) {
    const start = periodStart(policy, state, moment);
    // Rounded up: 10 % of 3 replicas would never add one. |0 wraps as int32 does.
    const proposed = policy.isPercent
      ? toInt32(Math.ceil(start * (1 + policy.value / 100)))
      : (start + policy.value) | 0;
    limit = takesLowest ? Math.min(limit, proposed) : Math.max(limit, proposed);
  }
  return limit;
}

/**
 * Lowest count that the scale-down policies allow now.
 *
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, calculateScaleDownLimitWithBehaviors
 */
function scaleDownLimit(rules: CompiledScalingRules, state: HpaState, moment: SyncMoment): number {
  if (rules.selectPolicy === 'Disabled') return moment.currentReplicas;
  const takesHighest = rules.selectPolicy === 'Min';
  let limit = takesHighest ? -maxInt32 - 1 : maxInt32;
  for (const policy of rules.policies) {
    const start = periodStart(policy, state, moment);
    const proposed = policy.isPercent
      ? toInt32(start * (1 - policy.value / 100))
      : (start - policy.value) | 0;
    limit = takesHighest ? Math.max(limit, proposed) : Math.min(limit, proposed);
  }
  return limit;
}

/** The count before the changes of the policy's period. */
function periodStart(policy: CompiledPolicy, state: HpaState, { atMs, currentReplicas }: SyncMoment): number {
  const added = changeWithin(state.scaleUpEvents, policy.periodMs, atMs);
  const removed = changeWithin(state.scaleDownEvents, policy.periodMs, atMs);
  return currentReplicas - added + removed;
}
