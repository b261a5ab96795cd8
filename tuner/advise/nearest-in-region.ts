import { unchangedValue } from './advice-rule.ts';
import { isSame } from './same-outcome.ts';
import type { SearchOptions, Trial, Tried } from './search.ts';
import type { Candidate, Dimension, SearchSpace } from './search-space.ts';

/** How far settings are from those in force, most telling first. */
interface Rank {
  /** Settings that change. */
  readonly changes: number;
  /** Of these, how many are no round numbers. */
  readonly unround: number;
  /** Squares of the steps along each setting's values, summed: two small changes go before a large one. */
  readonly distance: number;
  readonly candidate: Candidate;
}

/**
 * The settings of the flat region that are nearest to those in force.
 *
 * A region is flat in several settings at once: what the target of one component takes, that of another gives back.
 * So two settings of one kind are moved together too.
 *
 * @param from `best`: what the region is measured by; `settled`: a member of it, to begin with
 */
export async function nearestInRegion(
  space: SearchSpace,
  trial: Trial,
  from: { readonly best: Tried; readonly settled: Tried },
  options: SearchOptions,
): Promise<{ readonly tried: Tried; readonly passedOver: readonly Tried[] }> {
  const passedOver: Tried[] = [];
  let settled = from.settled;
  for (;;) {
    const own = rankOf(space, settled.candidate);
    const nearer = movesFrom(space, settled.candidate)
      .map((candidate) => rankOf(space, candidate))
      .filter((rank) => compareRanks(rank, own) < 0)
      .sort(compareRanks);
    const next = await firstInRegion(
      trial,
      nearer.map(({ candidate }) => candidate),
      from.best,
      options,
    );
    if (next === null) break;
    passedOver.push(settled);
    settled = next;
  }
  const others = [from.best, ...passedOver].filter((one) => one !== settled);
  return { tried: settled, passedOver: [...new Set(others)] };
}

/** Candidates are simulated so many at a time, for threads to share. */
const batchSize = 8;

async function firstInRegion(
  trial: Trial,
  candidates: readonly Candidate[],
  best: Tried,
  { allowedMinutes, someReplications, replications }: SearchOptions,
): Promise<Tried | null> {
  const [own, ...few] = await trial.try([best.candidate, ...candidates], someReplications);
  if (own === undefined) return null;
  // Even if nothing is missed in the draws to come; costs of the same draws lie as far apart as those of all.
  const hopelessMinutes = (allowedMinutes * replications) / someReplications;
  const hopeful = few.filter(
    ({ outcome }) =>
      outcome.violated.mean <= Math.max(hopelessMinutes, own.outcome.violated.mean) &&
      outcome.cost <= hopelessCostRatio * own.outcome.cost,
  );
  for (let at = 0; at < hopeful.length; at += batchSize) {
    const batch = hopeful.slice(at, at + batchSize).map(({ candidate }) => candidate);
    const found = (await trial.try(batch, replications)).find((one) => isSame(one, best, allowedMinutes));
    if (found !== undefined) return found;
  }
  return null;
}

const hopelessCostRatio = 1.1;

/** One to three steps of a setting that changes, and of two of one kind one or two each. */
function movesFrom({ dimensions }: SearchSpace, candidate: Candidate): Candidate[] {
  const step = (from: Candidate, index: number, by: number): Candidate[] => {
    const values = dimensions[index]?.plan.values ?? [];
    const value = values[values.indexOf(from[index] ?? Number.NaN) + by];
    return value === undefined ? [] : [from.with(index, value)];
  };
  const changing = dimensions.flatMap((dimension, index) =>
    isChanged(dimension, candidate[index]) && dimension.plan.values.length > 1 ? [index] : [],
  );
  const alone = changing.flatMap((index) =>
    [-3, -2, -1, 1, 2, 3].flatMap((by) => step(candidate, index, by)),
  );
  const together = changing.flatMap((first) =>
    changing
      .filter((second) => second > first && dimensions[second]?.ruleId === dimensions[first]?.ruleId)
      .flatMap((second) =>
        shortSteps.flatMap((by) =>
          shortSteps.flatMap((other) =>
            step(candidate, first, by).flatMap((moved) => step(moved, second, other)),
          ),
        ),
      ),
  );
  return [...alone, ...together];
}

const shortSteps = [-2, -1, 1, 2];

function isChanged({ plan }: Dimension, value: number | undefined): boolean {
  return value !== unchangedValue(plan);
}

function rankOf({ dimensions }: SearchSpace, candidate: Candidate): Rank {
  let changes = 0;
  let unround = 0;
  let distance = 0;
  for (const [index, dimension] of dimensions.entries()) {
    const value = candidate[index] ?? Number.NaN;
    if (!isChanged(dimension, value)) continue;
    changes++;
    if (dimension.plan.isRound?.(value) === false) unround++;
    distance += stepsFromInForce(dimension, value) ** 2;
  }
  return { changes, unround, distance, candidate };
}

/** 0 where nothing is in force that could be near: then the search has chosen. */
function stepsFromInForce({ plan }: Dimension, value: number): number {
  const inForce = unchangedValue(plan) ?? plan.current;
  if (typeof inForce !== 'number') return 0;
  const placeOf = (wanted: number) => plan.values.filter((one) => one < wanted).length;
  return placeOf(value) - placeOf(inForce);
}

/** Of equals the one with the lower value in the setting that is read first. */
function compareRanks(a: Rank, b: Rank): number {
  const nearness = a.changes - b.changes || a.unround - b.unround || a.distance - b.distance;
  return nearness || compareValues(a.candidate, b.candidate);
}

function compareValues(a: Candidate, b: Candidate): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
