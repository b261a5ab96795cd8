import type { SettingAdvice } from '../contracts/advice.ts';
import { ascending, type SettingPlan } from './advice-rule.ts';
import type { Tried } from './search.ts';
import type { Dimension, SearchSpace } from './search-space.ts';
import type { Sweep } from './sweep-settings.ts';

/** One entry of advice.json for each setting that was weighed. */
export function settingAdvice(
  space: SearchSpace,
  settled: Tried,
  given: {
    readonly sweeps: readonly Sweep[];
    /** Settings that are as good and were not taken. */
    readonly passedOver: readonly Tried[];
    readonly assumptions: readonly string[];
  },
): SettingAdvice[] {
  const { sweeps, assumptions } = given;
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
      because: `${plan.because}. ${effectText(dimension, value, settled, sweep)}${alsoText(plan, index, value, given)}`,
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
  const others =
    sweep === undefined ? '' : `${cheaperText(plan, settled, sweep)}${flatText(plan, value, sweep)}`;
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

function flatText(plan: SettingPlan, value: number, { flatRegion }: Sweep): string {
  if (flatRegion === null || flatRegion.low === flatRegion.high) return '';
  const { show } = plan;
  return `; ${show(flatRegion.low)}–${show(flatRegion.high)} cannot be told apart${choiceText(plan, value)}`;
}

/** By what rule one value of several that are as good was taken. */
function choiceText(plan: SettingPlan, value: number): string {
  const { current, show } = plan;
  if (value === plan.currentValue) return ', so the present one stays';
  if (current === null) return value === plan.usualValue ? ', so the usual one is taken' : '';
  const isRoundChoice = plan.isRound?.(value) === true;
  return `, and of them ${show(value)} is the ${isRoundChoice ? 'round number ' : ''}nearest to the present ${current}`;
}

/** Values outside the region that do as well once other settings move along. */
function alsoText(
  plan: SettingPlan,
  index: number,
  value: number,
  { sweeps, passedOver }: { readonly sweeps: readonly Sweep[]; readonly passedOver: readonly Tried[] },
): string {
  const region = sweeps[index]?.flatRegion ?? null;
  const values = passedOver.map(({ candidate }) => candidate[index] ?? value);
  const others = ascending(values).filter((one) => one !== value && !isWithin(region, one));
  if (others.length === 0) return '';
  const shown = others.map((one) => valueText(plan, one)).join(' or ');
  return `; ${shown} does as well where other settings move along, and changes more or is no round number`;
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
