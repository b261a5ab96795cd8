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
  /** Every candidate that was simulated under all replications. */
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
 * them are theirs.
 */
export async function search(
  space: SearchSpace,
  trial: Trial,
  starts: readonly Candidate[],
  options: SearchOptions,
): Promise<SearchResult> {
  options.onPhase?.('sampling', options.candidates);
  const samples = [...starts, ...sampleCandidates(space, options)];
  const sampled = await trial.try(samples, options.fewReplications);
  const ranked = [...sampled].sort((a, b) => compareTried(a, b, attainable(sampled, options)));
  options.onPhase?.('refining', 0);
  const finalists = await trial.try(
    ranked.slice(0, finalistCount).map(({ candidate }) => candidate),
    options.manyReplications,
  );
  let chosen = best(finalists, attainable(finalists, options));
  for (let simulations = 0; simulations < options.refiningSimulations; ) {
    const neighbours = await trial.try(neighboursOf(space, chosen.candidate), options.manyReplications);
    simulations += Math.max(1, neighbours.length) * options.manyReplications;
    finalists.push(...neighbours);
    const better = best([chosen, ...neighbours], attainable(finalists, options));
    if (better === chosen) break;
    chosen = better;
  }
  return { chosen, finalists, attainableMinutes: attainable(finalists, options) };
}

const finalistCount = 24;
const attainableSlackMinutes = 0.25;
const attainableSlackRatio = 0.1;

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
function neighboursOf({ dimensions }: SearchSpace, candidate: Candidate): Candidate[] {
  return dimensions.flatMap(({ plan }, dimension) => {
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
