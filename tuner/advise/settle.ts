import { meetsObjectives, type Trial, type Tried } from './search.ts';
import type { Candidate, SearchSpace } from './search-space.ts';

/** What was found out about one setting by moving it alone. */
export interface Sweep {
  /** Each value tried with everything else as proposed, ascending. */
  readonly tried: readonly { readonly value: number; readonly tried: Tried }[];
  /** Neighbouring values whose outcome cannot be told from the proposed one's; null where none was tried. */
  readonly flatRegion: { readonly low: number; readonly high: number } | null;
}

export interface SettleOptions {
  readonly allowedMinutes: number;
  readonly replications: number;
}

/**
 * Settings in force that meet the objectives are left alone unless this share of their cost can be saved: the
 * simulator's own error, and a demand that will differ from the recorded one, eat up less.
 */
export const savingWorthAChange = 0.25;
/** Costs within this ratio are the same, unless a rule knows better. */
const usualSameCostRatio = 0.03;
/** Violated minutes within this, or within both intervals, are the same. */
const sameMinutes = 0.25;

/**
 * Brings the chosen settings back to those in force wherever that is as good.
 *
 * @param chosen best of the search
 * @returns the settings in force where they do; else the chosen ones, each setting back at its present value where
 *   the outcome stays the same
 */
export async function settle(
  space: SearchSpace,
  trial: Trial,
  chosen: Tried,
  options: SettleOptions,
): Promise<Tried> {
  const kept = await tryOne(trial, keepInForce(space, chosen.candidate), options);
  if (isGoodEnough(kept, chosen, options)) return kept;
  let settled = chosen;
  for (const [index, { plan }] of space.dimensions.entries()) {
    if (plan.currentValue === null || plan.currentValue === settled.candidate[index]) continue;
    const reverted = await tryOne(trial, settled.candidate.with(index, plan.currentValue), options);
    if (isSame(reverted, settled, options.allowedMinutes, plan.sameCostRatio)) settled = reverted;
  }
  return settled;
}

async function tryOne(trial: Trial, candidate: Candidate, { replications }: SettleOptions): Promise<Tried> {
  const [tried] = await trial.try([candidate], replications);
  if (tried === undefined) throw new Error('a candidate was not simulated');
  return tried;
}

/** Everything in force that may stay; what must change as it was chosen. */
function keepInForce({ dimensions }: SearchSpace, chosen: Candidate): Candidate {
  return chosen.map((value, index) => dimensions[index]?.plan.currentValue ?? value);
}

function isGoodEnough(kept: Tried, chosen: Tried, { allowedMinutes }: SettleOptions): boolean {
  const saved = 1 - chosen.outcome.cost / Math.max(kept.outcome.cost, 1e-9);
  if (meetsObjectives(kept, allowedMinutes)) return saved < savingWorthAChange;
  return isSame(kept, chosen, allowedMinutes);
}

/** Whether two outcomes cannot be told apart: alike in meeting the objectives, in minutes and in cost. */
export function isSame(
  a: Tried,
  b: Tried,
  allowedMinutes: number,
  sameCostRatio = usualSameCostRatio,
): boolean {
  if (meetsObjectives(a, allowedMinutes) !== meetsObjectives(b, allowedMinutes)) return false;
  const cost = Math.abs(a.outcome.cost - b.outcome.cost);
  if (cost > sameCostRatio * Math.max(a.outcome.cost, b.outcome.cost)) return false;
  if (meetsObjectives(a, allowedMinutes)) return true;
  return Math.abs(a.outcome.violated.mean - b.outcome.violated.mean) <= sameMinutes;
}

/** Values to each side of the proposed one that are looked at. */
const sweptEachSide = 5;

/** Moves each setting alone along its values. */
export async function sweepSettings(
  space: SearchSpace,
  trial: Trial,
  settled: Tried,
  options: SettleOptions,
): Promise<Sweep[]> {
  const plans = space.dimensions.map(({ plan }, index) => {
    const at = plan.values.indexOf(settled.candidate[index] ?? Number.NaN);
    const near = plan.values.filter((_, place) => Math.abs(place - at) <= sweptEachSide);
    const current = plan.currentValue;
    const values =
      current === null || near.includes(current) ? near : [...near, current].sort((a, b) => a - b);
    return values.map((value) => ({ value, candidate: settled.candidate.with(index, value) }));
  });
  const tried = await trial.try(
    plans.flatMap((values) => values.map(({ candidate }) => candidate)),
    options.replications,
  );
  let next = 0;
  return plans.map((values, index) => {
    const outcomes = values.map(({ value }) => ({ value, tried: tried[next++] ?? settled }));
    const same = (one: Tried) =>
      isSame(one, settled, options.allowedMinutes, space.dimensions[index]?.plan.sameCostRatio);
    return { tried: outcomes, flatRegion: flatRegion(outcomes, settled.candidate[index], same) };
  });
}

function flatRegion(
  outcomes: Sweep['tried'],
  proposed: number | undefined,
  isSameAsSettled: (tried: Tried) => boolean,
): Sweep['flatRegion'] {
  if (outcomes.length < 2) return null;
  const at = outcomes.findIndex(({ value }) => value === proposed);
  const same = outcomes.map(({ tried }) => isSameAsSettled(tried));
  let low = at;
  let high = at;
  while (low > 0 && same[low - 1]) low--;
  while (high < outcomes.length - 1 && same[high + 1]) high++;
  const lowest = outcomes[low];
  const highest = outcomes[high];
  return lowest && highest ? { low: lowest.value, high: highest.value } : null;
}
