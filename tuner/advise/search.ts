import { haltonPoint } from '../stats/halton.ts';
import type { Evaluator } from './evaluator.ts';
import type { AdviceConfig, AdvicePhase } from './options.ts';
import { type SettingsOutcome, settingsOutcome } from './search-outcome.ts';
import { type Candidate, draftsOf, type SearchSpace, scalingOf } from './search-space.ts';

export interface SearchOptions {
  readonly candidates: number;
  readonly seed: number;
  /** Demands that all candidates meet, and that the best ones meet. */
  readonly fewReplications: number;
  readonly manyReplications: number;
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

/**
 * Joint search: low-discrepancy samples of all settings, then steps along single settings from the best.
 *
 * All candidates meet the same demands and the same luck (common random numbers), so that differences between
 * them are theirs.
 *
 * @returns every candidate that was simulated under all replications, the chosen one first
 */
export async function search(
  space: SearchSpace,
  trial: Trial,
  starts: readonly Candidate[],
  options: SearchOptions,
): Promise<{ readonly chosen: Tried; readonly finalists: Tried[] }> {
  options.onPhase?.('sampling', options.candidates);
  const samples = [...starts, ...sampleCandidates(space, options)];
  const sampled = await trial.try(samples, options.fewReplications);
  const ranked = [...sampled].sort((a, b) => compareTried(a, b, options.allowedMinutes));
  options.onPhase?.('refining', 0);
  const finalists = await trial.try(
    ranked.slice(0, finalistCount).map(({ candidate }) => candidate),
    options.manyReplications,
  );
  let chosen = best(finalists, options.allowedMinutes);
  for (let round = 0; round < mostRounds; round++) {
    const neighbours = await trial.try(neighboursOf(space, chosen.candidate), options.manyReplications);
    finalists.push(...neighbours);
    const better = best([chosen, ...neighbours], options.allowedMinutes);
    if (better === chosen) break;
    chosen = better;
  }
  return { chosen, finalists };
}

const finalistCount = 24;
const mostRounds = 12;

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
