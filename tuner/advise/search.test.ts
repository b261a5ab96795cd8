import { describe, expect, it } from 'vitest';
import type { SettingPlan } from './advice-rule.ts';
import { compareTried, meetsObjectives, paretoFront, search, type Trial, type Tried } from './search.ts';
import type { Candidate, SearchSpace } from './search-space.ts';
import { settle, sweepSettings } from './settle.ts';

/** Settings without a deployment behind them: what they lead to is a formula. */
function plan(values: readonly number[], currentValue: number | null, sameCostRatio?: number): SettingPlan {
  return {
    sets: 'x',
    unit: '',
    current: currentValue,
    currentValue,
    values,
    show: (value) => value,
    apply: () => {},
    because: '',
    evidence: [],
    ...(sameCostRatio === undefined ? {} : { sameCostRatio }),
  };
}

function spaceOf(...plans: SettingPlan[]): SearchSpace {
  return {
    components: [],
    dimensions: plans.map((one, index) => ({
      ruleId: `rule-${index}`,
      component: 'api' as const,
      plan: one,
    })),
  };
}

function tried(candidate: Candidate, minutes: number, cost: number, spread = 0): Tried {
  const violated = { mean: minutes, low: minutes - spread, high: minutes + spread };
  return { candidate, outcome: { summaries: [], violated, cost } };
}

function trialOf(
  outcome: (candidate: Candidate) => { minutes: number; cost: number; spread?: number },
): Trial {
  let count = 0;
  return {
    triedCount: () => count,
    try: async (candidates) => {
      count += candidates.length;
      return candidates.map((candidate) => {
        const { minutes, cost, spread } = outcome(candidate);
        return tried(candidate, minutes, cost, spread);
      });
    },
  };
}

const options = {
  candidates: 40,
  fewReplications: 1,
  manyReplications: 1,
  refiningSimulations: 1000,
  seed: 1,
  allowedMinutes: 1,
};
const settling = { allowedMinutes: 1, replications: 1 };
const ten = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('search', () => {
  it('finds the cheapest of the settings that keep to the objectives', async () => {
    const space = spaceOf(plan(ten, null), plan(ten, null));
    // Minutes fall with the first setting and rise with the second; the first one costs.
    const trial = trialOf(([a = 0, b = 0]) => ({ minutes: Math.max(0, 6 - a + b / 2), cost: a * 2 }));
    const { chosen } = await search(space, trial, [[5, 5]], options);
    // 6 - a + 0.5 ≤ 1 needs a ≥ 5.5: 6 at least, with b small.
    expect(chosen.candidate[0]).toBe(6);
    expect(chosen.outcome.violated.mean).toBeLessThanOrEqual(1);
  });

  it('judges by the upper end of the interval: what may miss the objectives does not keep to them', () => {
    expect(meetsObjectives(tried([1], 0.9, 1), 1)).toBe(true);
    expect(meetsObjectives(tried([1], 0.9, 1, 0.3), 1)).toBe(false);
  });

  it('does not buy the last tenth of a minute at any price where the objectives are out of reach', async () => {
    const space = spaceOf(plan(ten, null));
    const trial = trialOf(([a = 0]) => ({ minutes: a < 4 ? 9 : 5 - a / 100, cost: a }));
    const { chosen, attainableMinutes } = await search(space, trial, [], options);
    expect(chosen.candidate).toEqual([4]);
    // A tenth above the fewest minutes that were seen, 4.9 at best.
    expect(attainableMinutes).toBeGreaterThanOrEqual(4.9 * 1.1);
    expect(attainableMinutes).toBeLessThan(4.96 * 1.1 + 0.01);
  });

  it('prefers meeting the objectives over cost, then cost, then minutes', () => {
    const order = [tried([1], 0, 9), tried([2], 5, 1), tried([3], 0.5, 3), tried([4], 0.5, 3.5)];
    const sorted = [...order].sort((a, b) => compareTried(a, b, 1)).map(({ candidate }) => candidate[0]);
    expect(sorted).toEqual([3, 4, 1, 2]);
  });

  it('keeps on the front only what nothing else beats in both', () => {
    const front = paretoFront([tried([1], 5, 1), tried([2], 6, 2), tried([3], 2, 3), tried([4], 2, 4)]);
    expect(front.map(({ candidate }) => candidate[0])).toEqual([1, 3]);
  });
});

describe('settle', () => {
  it('keeps the settings in force where they meet the objectives and a change saves less than a quarter', async () => {
    const space = spaceOf(plan(ten, 8));
    const trial = trialOf(([a = 0]) => ({ minutes: 0, cost: a }));
    const kept = await settle(space, trial, tried([7], 0, 7), settling);
    expect(kept.candidate).toEqual([8]);
    const changed = await settle(space, trial, tried([4], 0, 4), settling);
    expect(changed.candidate).toEqual([4]);
  });

  it('takes single settings back to what is in force where the outcome stays the same', async () => {
    const space = spaceOf(plan(ten, 1), plan(ten, 5));
    const trial = trialOf(([a = 0]) => ({ minutes: a >= 6 ? 0 : 9, cost: a }));
    const settled = await settle(space, trial, tried([6, 9], 0, 6), settling);
    expect(settled.candidate).toEqual([6, 5]);
  });

  it('never keeps what a rule does not allow to stay', async () => {
    const space = spaceOf(plan(ten, null));
    const trial = trialOf(() => ({ minutes: 0, cost: 1 }));
    expect((await settle(space, trial, tried([3], 0, 1), settling)).candidate).toEqual([3]);
  });

  it('says which values cannot be told apart from the proposed one', async () => {
    const space = spaceOf(plan(ten, null));
    const trial = trialOf(([a = 0]) => ({ minutes: a >= 3 && a <= 7 ? 0 : 9, cost: 1 }));
    const [sweep] = await sweepSettings(space, trial, tried([5], 0, 1), settling);
    expect(sweep?.flatRegion).toEqual({ low: 3, high: 7 });
  });

  it('counts costs as the same as far as a rule says so', async () => {
    const outcome = ([a = 0]: Candidate) => ({ minutes: 0, cost: 10 + a });
    const narrow = await sweepSettings(
      spaceOf(plan(ten, null)),
      trialOf(outcome),
      tried([5], 0, 15),
      settling,
    );
    const wide = await sweepSettings(
      spaceOf(plan(ten, null, 0.15)),
      trialOf(outcome),
      tried([5], 0, 15),
      settling,
    );
    expect(narrow[0]?.flatRegion).toEqual({ low: 5, high: 5 });
    expect(wide[0]?.flatRegion).toEqual({ low: 3, high: 7 });
  });
});
