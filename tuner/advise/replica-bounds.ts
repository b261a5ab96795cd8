import { type AdviceRule, ascending, evidencePath, type RuleContext } from './advice-rule.ts';

/** Head room over the peak's need: beyond it a replica would wait while others are full. */
const minSearchRatio = 1.8;
/** What maxReplicas should leave above the peak's need, for a peak that is higher than foreseen. */
const maxHeadroomRatio = 1.5;
/** Below this head room the maximum in force is raised. */
const leastHeadroomRatio = 1.2;

/** Replicas that are there before any load is. */
export const minReplicas: AdviceRule = {
  id: 'replica-bounds-min',
  plan(context) {
    if (!context.base.hasHpa) return null;
    const current = context.current.hasHpa ? context.current.minReplicas : null;
    const values = countsFrom(context, maxOf(context));
    return {
      sets: 'minReplicas',
      unit: 'replicas',
      current,
      currentValue: current !== null && current >= context.limits.floor ? current : null,
      values: ascending([...values, ...keepable(current, context)]),
      show: (replicas) => replicas,
      apply: (draft, replicas) => {
        draft.minReplicas = replicas;
        draft.replicas = replicas;
      },
      because: `${context.limits.floorBecause}; ${needText(context)}`,
      evidence: [
        evidencePath(context, 'saturationPerReplica'),
        evidencePath(context, 'startup.readySeconds'),
        'arrivals',
      ],
    };
  },
};

/** Replicas beyond which the autoscaler does not go. */
export const maxReplicas: AdviceRule = {
  id: 'replica-bounds-max',
  plan(context) {
    if (!context.base.hasHpa) return null;
    const current = context.current.hasHpa ? context.current.maxReplicas : null;
    const proposed = maxOf(context);
    return {
      sets: 'maxReplicas',
      unit: 'replicas',
      current,
      currentValue: current === proposed ? current : null,
      values: [proposed],
      show: (replicas) => replicas,
      apply: (draft, replicas) => {
        draft.maxReplicas = replicas;
      },
      because: `${needText(context)}; at most ${context.limits.ceiling}: ${context.limits.ceilingBecause}`,
      evidence: ['sharedLimits', evidencePath(context, 'saturationPerReplica'), 'arrivals'],
    };
  },
};

/** Replicas of a component without an autoscaler. */
export const fixedReplicas: AdviceRule = {
  id: 'replica-bounds-fixed',
  plan(context) {
    if (context.base.hasHpa) return null;
    const current = context.current.hasHpa ? context.current.minReplicas : context.current.replicas;
    const isFixedNow = !context.current.hasHpa && current >= context.limits.floor;
    return {
      sets: 'replicas',
      unit: 'replicas',
      current,
      currentValue: isFixedNow ? current : null,
      values: ascending([...countsFrom(context, context.limits.ceiling), ...(isFixedNow ? [current] : [])]),
      show: (replicas) => replicas,
      apply: (draft, replicas) => {
        draft.replicas = replicas;
        draft.minReplicas = replicas;
        draft.maxReplicas = replicas;
      },
      because: `${needText(context)}; ${context.limits.floorBecause}; at most ${context.limits.ceiling}: ${context.limits.ceilingBecause}`,
      evidence: [
        evidencePath(context, 'binding'),
        evidencePath(context, 'slotsPerReplica'),
        evidencePath(context, 'serviceSeconds'),
        'arrivals',
      ],
    };
  },
};

function countsFrom({ limits, need }: RuleContext, most: number): number[] {
  const highest = Math.min(most, Math.max(limits.floor + 1, Math.ceil(need.replicas * minSearchRatio) + 1));
  return Array.from({ length: Math.max(1, highest - limits.floor + 1) }, (_, index) => limits.floor + index);
}

function keepable(current: number | null, { limits }: RuleContext): number[] {
  return current !== null && current >= limits.floor && current <= limits.ceiling ? [current] : [];
}

function maxOf({ limits, need, current }: RuleContext): number {
  const wanted = Math.max(limits.floor, Math.ceil(need.replicas * maxHeadroomRatio));
  const enough = Math.max(limits.floor, Math.ceil(need.replicas * leastHeadroomRatio));
  const inForce = current.hasHpa ? current.maxReplicas : 0;
  return Math.min(limits.ceiling, inForce >= enough ? inForce : wanted);
}

function needText({ name, need }: RuleContext): string {
  const slots = need.bySlots > 0 ? `${need.bySlots.toFixed(1)} replicas' slots and ` : '';
  return `the peak of ${need.arrivalsPerSecond.toFixed(1)} requests/s fills ${slots}${need.byCpu.toFixed(1)} replicas' CPU of ${name}`;
}
