import { unchangedValue } from './advice-rule.ts';
import { nearestInRegion } from './nearest-in-region.ts';
import { isSame } from './same-outcome.ts';
import {
  meetsObjectives,
  refine,
  type SearchOptions,
  type SearchResult,
  type Trial,
  type Tried,
} from './search.ts';
import type { Candidate, SearchSpace } from './search-space.ts';

/**
 * Settings in force that meet the objectives are left alone unless this share of their cost can be saved: the
 * simulator's own error, and a demand that will differ from the recorded one, eat up less.
 */
export const savingWorthAChange = 0.25;

/** The settings to propose. */
export interface Settled {
  readonly tried: Tried;
  /**
   * All settings together that cannot be told from the proposed ones and were passed over, being further from those in
   * force or no round numbers; the cheapest that were found are among them.
   */
  readonly passedOver: readonly Tried[];
}

/**
 * Of the settings that cannot be told from the best found, those that change least.
 *
 * Where all in force are good enough, they stay. Else, in this order: windows and rates stay in force unless a quarter of
 * the cost can be saved by them, for what they save hangs on how often the load swings; any other setting stays where
 * the outcome is the same; of what has to change, round numbers go before others, and the nearest to what is in force
 * before those further away.
 *
 * @param found what the search found; which member of a flat region it came upon is luck
 */
export async function settle(
  space: SearchSpace,
  trial: Trial,
  found: SearchResult,
  options: SearchOptions,
): Promise<Settled> {
  const judged = { ...options, allowedMinutes: found.attainableMinutes };
  const kept = await tryOne(trial, keepInForce(space, found.chosen.candidate), options);
  const isKept = isGoodEnough(kept, found.chosen, judged);
  // What is in force and may not stay is still brought as near to it as can be.
  const best = isKept ? kept : await withUsualPace(space, trial, found, options);
  const settled = await revertOneByOne(space, trial, best, judged);
  return nearestInRegion(space, trial, { best, settled }, judged);
}

async function tryOne(
  trial: Trial,
  candidate: Candidate,
  { replications }: Pick<SearchOptions, 'replications'>,
): Promise<Tried> {
  const [tried] = await trial.try([candidate], replications);
  if (tried === undefined) throw new Error('a candidate was not simulated');
  return tried;
}

/** Everything in force that may stay; what must change as it was chosen. */
function keepInForce({ dimensions }: SearchSpace, chosen: Candidate): Candidate {
  return chosen.map((value, index) => dimensions[index]?.plan.currentValue ?? value);
}

function isGoodEnough(kept: Tried, chosen: Tried, { allowedMinutes }: SearchOptions): boolean {
  if (meetsObjectives(kept, allowedMinutes)) return savedShare(kept, chosen) < savingWorthAChange;
  return isSame(kept, chosen, allowedMinutes);
}

function savedShare(kept: Tried, chosen: Tried): number {
  return 1 - chosen.outcome.cost / Math.max(kept.outcome.cost, 1e-9);
}

/** The best with windows and rates as they are in force, where more does not cost too much. */
async function withUsualPace(
  space: SearchSpace,
  trial: Trial,
  { chosen, finalists, attainableMinutes }: SearchResult,
  options: SearchOptions,
): Promise<Tried> {
  const isPinned = (dimension: number) => paceInForce(space, dimension) !== null;
  const candidate = chosen.candidate.map((value, dimension) => paceInForce(space, dimension) ?? value);
  if (candidate.every((value, dimension) => value === chosen.candidate[dimension])) return chosen;
  const from = await tryOne(trial, candidate, options);
  const steady = await refine(space, trial, { from, finalists, isPinned }, options);
  const isAsGood =
    meetsObjectives(steady.chosen, attainableMinutes) === meetsObjectives(chosen, attainableMinutes) &&
    savedShare(steady.chosen, chosen) < savingWorthAChange;
  return isAsGood ? steady.chosen : chosen;
}

function paceInForce({ dimensions }: SearchSpace, dimension: number): number | null {
  const plan = dimensions[dimension]?.plan;
  return plan?.isPace === true ? unchangedValue(plan) : null;
}

async function revertOneByOne(
  space: SearchSpace,
  trial: Trial,
  best: Tried,
  options: SearchOptions,
): Promise<Tried> {
  let settled = best;
  for (const [index, { plan }] of space.dimensions.entries()) {
    const unchanged = unchangedValue(plan);
    if (unchanged === null || unchanged === settled.candidate[index]) continue;
    const reverted = await tryOne(trial, settled.candidate.with(index, unchanged), options);
    // Against the best each time: many small steps would add up otherwise.
    if (isSame(reverted, best, options.allowedMinutes, plan.sameCostRatio)) settled = reverted;
  }
  return settled;
}
