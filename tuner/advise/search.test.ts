import { describe, expect, it } from 'vitest';
import { options, plan, spaceOf, ten, trialOf, tried } from './fixtures/formula-trial.ts';
import { compareTried, meetsObjectives, paretoFront, search } from './search.ts';

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
