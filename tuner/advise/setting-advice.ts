import type { SettingAdvice } from '../contracts/advice.ts';
import type { SettingPlan } from './advice-rule.ts';
import type { Tried } from './search.ts';
import type { Dimension, SearchSpace } from './search-space.ts';
import type { Sweep } from './settle.ts';

/** One entry of advice.json for each setting that was weighed. */
export function settingAdvice(
  space: SearchSpace,
  settled: Tried,
  sweeps: readonly Sweep[],
  assumptions: readonly string[],
): SettingAdvice[] {
  return space.dimensions.map((dimension, index) => {
    const value = settled.candidate[index] ?? dimension.plan.values[0] ?? 0;
    const { plan } = dimension;
    const proposed = plan.show(value);
    const isChange = proposed !== plan.current;
    const sweep = sweeps[index];
    return {
      id: dimension.ruleId,
      component: dimension.component,
      sets: plan.sets,
      unit: plan.unit,
      current: plan.current,
      proposed,
      verdict: isChange ? 'change' : 'noChange',
      because: `${plan.because}. ${effectText(dimension, value, settled, sweep)}`,
      flatRegion: plan.values.length > 1 ? (sweep?.flatRegion ?? null) : null,
      confidence: confidenceOf(space, dimension, assumptions),
      evidence: [...plan.evidence],
    };
  });
}

/** What the setting does to the outcome, all else being as proposed. */
function effectText({ plan }: Dimension, value: number, settled: Tried, sweep: Sweep | undefined): string {
  if (plan.values.length < 2) return 'Not searched: this follows from the numbers above';
  const own = `With ${valueText(plan, value)} ${outcomeText(settled)}`;
  const others = sweep === undefined ? '' : `${cheaperText(plan, settled, sweep)}${flatText(plan, sweep)}`;
  const inForce = sweep?.tried.find((one) => one.value === plan.currentValue);
  if (inForce === undefined || inForce.value === value) return `${own}${others}`;
  const present = `with the present ${valueText(plan, inForce.value)} and all else as proposed ${outcomeText(inForce.tried)}`;
  return `${own}; ${present}${others}`;
}

/** What the next cheaper value leads to: why the setting is not made to cost less. */
function cheaperText(plan: SettingPlan, settled: Tried, { tried, flatRegion }: Sweep): string {
  const [next] = tried
    .filter(({ value }) => value !== plan.currentValue && !isWithin(flatRegion, value))
    .filter((one) => one.tried.outcome.cost < settled.outcome.cost)
    .sort((a, b) => b.tried.outcome.cost - a.tried.outcome.cost);
  return next === undefined
    ? ''
    : `; with ${valueText(plan, next.value)}, the next cheaper, ${outcomeText(next.tried)}`;
}

function isWithin(region: Sweep['flatRegion'], value: number): boolean {
  return region !== null && value >= region.low && value <= region.high;
}

/** A word has no unit. */
function valueText({ show, unit }: SettingPlan, value: number): string {
  const shown = show(value);
  return typeof shown === 'number' ? `${shown} ${unit}` : String(shown);
}

export function outcomeText({ outcome }: Tried): string {
  const { mean, low, high } = outcome.violated;
  const hours = outcome.summaries
    .map(({ replicaHours }) => Object.values(replicaHours).reduce((sum, value) => sum + value, 0))
    .reduce((sum, value, _, all) => sum + value / all.length, 0);
  return `${mean.toFixed(1)} min miss an objective (${Math.max(0, low).toFixed(1)}–${high.toFixed(1)}) at ${hours.toFixed(2)} replica-hours`;
}

function flatText({ show }: SettingPlan, { flatRegion }: Sweep): string {
  return flatRegion === null || flatRegion.low === flatRegion.high
    ? ''
    : `; ${show(flatRegion.low)}–${show(flatRegion.high)} cannot be told apart`;
}

/** Pods seen starting below which their start-up is known too little. */
const fewestStartups = 3;

/**
 * High where the component was seen full and starting; low where the model rests on an assumption about it.
 */
function confidenceOf(
  space: SearchSpace,
  { component }: Dimension,
  assumptions: readonly string[],
): SettingAdvice['confidence'] {
  if (assumptions.some((text) => text.startsWith(`${component}:`))) return 'low';
  const evidence = space.components.find(({ context }) => context.name === component)?.context.evidence;
  const startups = evidence?.startup.readySeconds?.count ?? 0;
  const wasFull = evidence?.saturationPerReplica !== null && evidence?.binding !== 'none';
  return wasFull && startups >= fewestStartups ? 'high' : 'medium';
}
