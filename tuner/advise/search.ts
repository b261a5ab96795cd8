import { haltonPoint } from '../stats/halton.ts';
import type { Evaluator } from './evaluator.ts';
import type { AdviceConfig, AdvicePhase } from './options.ts';
import { type SettingsOutcome, settingsOutcome } from './search-outcome.ts';
import { type Candidate, draftsOf, type SearchSpace, scalingOf } from './search-space.ts';
import type { SearchEffort } from './study.ts';

export interface SearchOptions extends SearchEffort {
  readonly seed: number;
  /** Minutes that may miss an objective. */
  readonly allowedMinutes: number;
  readonly onPhase?: ((phase: AdvicePhase, candidates: number) => void) | undefined;
}

/** A candidate with what it led to. */
export interface Tried {
  readonly candidate: Candidate;
  readonly outcome: SettingsOutcome;
}

/** Asks for candidates' outcomes, each simulated once per number of replications. */
export interface Trial {
  readonly try: (candidates: readonly Candidate[], replications: number) => Promise<Tried[]>;
  readonly triedCount: () => number;
}

export function createTrial(
  space: SearchSpace,
  evaluator: Evaluator,
  prices: AdviceConfig['replicaHourPrice'],
): Trial {
  const known = new Map<string, Tried>();
  let count = 0;
  return {
    triedCount: () => count,
    async try(candidates, replications) {
      const keyOf = (candidate: Candidate) => `${replications}:${candidate.join()}`;
      const fresh = new Map(
        candidates.filter((one) => !known.has(keyOf(one))).map((one) => [keyOf(one), one] as const),
      );
      const scalings = [...fresh.values()].map((one) => scalingOf(draftsOf(space, one)));
      const summaries = await evaluator.evaluate(scalings, replications);
      for (const [index, [key, candidate]] of [...fresh.entries()].entries()) {
        known.set(key, { candidate, outcome: settingsOutcome(summaries[index] ?? [], prices) });
        count++;
      }
      return candidates.flatMap((candidate) => known.get(keyOf(candidate)) ?? []);
    },
  };
}

export interface SearchResult {
  readonly chosen: Tried;
  /** Every candidate that was simulated under all draws. */
  readonly finalists: Tried[];
  /**
   * Minutes by which settings were judged: those allowed, or where no settings keep to them little more than the
   * fewest that can be had, so that the last tenth of a minute is not bought at any price.
   */
  readonly attainableMinutes: number;
}

/**
 * Joint search: low-discrepancy samples of all settings, then steps along single settings from the best.
 *
 * All candidates meet the same demands and the same luck (common random numbers), so that differences between
 * them are theirs. What is chosen is judged by all draws: the cheapest of many that miss nothing in ten draws is the
 * luckiest of them, and another one in the next recording.
 */
export async function search(
  space: SearchSpace,
  trial: Trial,
  starts: readonly Candidate[],
  options: SearchOptions,
): Promise<SearchResult> {
  options.onPhase?.('sampling', options.candidates);
  const samples = [...starts, ...sampleCandidates(space, options)];
  const sampled = await narrow(trial, samples, options.fewReplications, options);
  options.onPhase?.('refining', 0);
  const some = await narrow(trial, sampled.slice(0, someCount), options.someReplications, options);
  const finalists = await trial.try(some.slice(0, finalistCount), options.replications);
  const from = best(finalists, attainable(finalists, options));
  return refine(space, trial, { from, finalists }, options);
}

const someCount = 24;
const finalistCount = 8;
const attainableSlackMinutes = 0.25;
const attainableSlackRatio = 0.1;

/** Best first. */
async function narrow(
  trial: Trial,
  candidates: readonly Candidate[],
  replications: number,
  options: SearchOptions,
): Promise<Candidate[]> {
  const tried = await trial.try(candidates, replications);
  const minutes = attainable(tried, options);
  return [...tried].sort((a, b) => compareTried(a, b, minutes)).map(({ candidate }) => candidate);
}

/** Where to begin, and what was simulated under all draws so far. */
interface Refining {
  readonly from: Tried;
  readonly finalists: readonly Tried[];
  /** Settings that stay as they are in `from`; none where left out. */
  readonly isPinned?: (dimension: number) => boolean;
}

/** Steps along single settings to the best neighbour, until there is no better one. */
export async function refine(
  space: SearchSpace,
  trial: Trial,
  { from, finalists: known, isPinned = () => false }: Refining,
  options: SearchOptions,
): Promise<SearchResult> {
  const finalists = [...known];
  const { someReplications, replications } = options;
  let chosen = from;
  for (let simulations = 0; simulations < options.refiningSimulations; ) {
    const neighbours = neighboursOf(space, chosen.candidate, isPinned);
    const worthwhile = await worthJudging(trial, chosen, neighbours, options);
    const judged = await trial.try(worthwhile, replications);
    simulations += Math.max(1, neighbours.length) * someReplications + judged.length * replications;
    finalists.push(...judged);
    const better = best([chosen, ...judged], attainable(finalists, options));
    if (better === chosen) break;
    chosen = better;
  }
  return { chosen, finalists, attainableMinutes: attainable(finalists, options) };
}

/** The neighbours that some of the draws leave a chance to be better. */
async function worthJudging(
  trial: Trial,
  chosen: Tried,
  neighbours: readonly Candidate[],
  { someReplications, replications, allowedMinutes }: SearchOptions,
): Promise<Candidate[]> {
  const [own, ...tried] = await trial.try([chosen.candidate, ...neighbours], someReplications);
  if (own === undefined) return [];
  // Even if nothing is missed in the draws to come.
  const hopelessMinutes = (allowedMinutes * replications) / someReplications;
  const hasChance = ({ outcome: { cost, violated } }: Tried) => {
    if (meetsObjectives(chosen, allowedMinutes))
      return cost < own.outcome.cost && violated.mean <= hopelessMinutes;
    const isSameAsOwn = cost === own.outcome.cost && violated.mean === own.outcome.violated.mean;
    return !isSameAsOwn && (violated.mean <= own.outcome.violated.mean || cost < own.outcome.cost);
  };
  return tried.filter(hasChance).map(({ candidate }) => candidate);
}

function attainable(tried: readonly Tried[], { allowedMinutes }: SearchOptions): number {
  const fewest = Math.min(...tried.map(({ outcome }) => outcome.violated.high));
  if (fewest <= allowedMinutes) return allowedMinutes;
  return fewest + Math.max(attainableSlackMinutes, attainableSlackRatio * fewest);
}

function best(tried: readonly Tried[], allowedMinutes: number): Tried {
  return tried.reduce((found, one) => (compareTried(one, found, allowedMinutes) < 0 ? one : found));
}

function sampleCandidates(space: SearchSpace, { candidates, seed }: SearchOptions): Candidate[] {
  const { dimensions } = space;
  return Array.from({ length: candidates }, (_, index) => {
    const point = haltonPoint(index, dimensions.length, seed);
    return dimensions.map(({ plan }, dimension) => {
      const place = Math.floor((point[dimension] ?? 0) * plan.values.length);
      return plan.values[place] ?? plan.values[0] ?? 0;
    });
  });
}

/** One or two steps up or down in a single setting. */
function neighboursOf(
  { dimensions }: SearchSpace,
  candidate: Candidate,
  isPinned: (dimension: number) => boolean,
): Candidate[] {
  return dimensions.flatMap(({ plan }, dimension) => {
    if (isPinned(dimension)) return [];
    const at = plan.values.indexOf(candidate[dimension] ?? Number.NaN);
    return [-2, -1, 1, 2].flatMap((step) => {
      const value = plan.values[at + step];
      return value === undefined || at < 0 ? [] : [candidate.with(dimension, value)];
    });
  });
}

/** Whether the objectives hold for as many minutes as they must, at the upper end of the interval. */
export function meetsObjectives({ outcome }: Tried, allowedMinutes: number): boolean {
  return outcome.violated.high <= allowedMinutes;
}

/** Violated minutes are told apart in steps of this size: less is noise. */
const minuteStep = 0.1;

/**
 * The cheaper of two that meet the objectives; the one that misses fewer minutes of two that do not, or the
 * cheaper where they miss the same.
 *
 * @returns < 0 when `a` is better
 */
export function compareTried(a: Tried, b: Tried, allowedMinutes: number): number {
  const aMeets = meetsObjectives(a, allowedMinutes);
  const bMeets = meetsObjectives(b, allowedMinutes);
  if (aMeets !== bMeets) return aMeets ? -1 : 1;
  const minutes = stepsOf(a) - stepsOf(b);
  const cost = a.outcome.cost - b.outcome.cost;
  if (aMeets) return cost !== 0 ? cost : minutes;
  return minutes !== 0 ? minutes : cost;
}

function stepsOf({ outcome }: Tried): number {
  return Math.round(outcome.violated.mean / minuteStep);
}

/** Those that no other beats in both violated minutes and cost, ascending in cost. */
export function paretoFront(tried: readonly Tried[]): Tried[] {
  const byCost = [...tried].sort(
    (a, b) => a.outcome.cost - b.outcome.cost || a.outcome.violated.mean - b.outcome.violated.mean,
  );
  let least = Number.POSITIVE_INFINITY;
  return byCost.filter(({ outcome }) => {
    if (outcome.violated.mean >= least) return false;
    least = outcome.violated.mean;
    return true;
  });
}
