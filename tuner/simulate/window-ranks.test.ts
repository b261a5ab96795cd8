import { mean, sampleVariance } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { cpuBound, syntheticEvidence } from '../advise/fixtures/synthetic-evidence.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { Histogram } from '../derive/histogram.ts';
import { seededRandom } from '../stats/seeded-random.ts';
import { rankAt, rankOfP95, windowRanks } from './window-ranks.ts';

describe('rankOfP95', () => {
  it.each([
    // k of n, and moments of Beta(k, n + 1 - k): k / (n + 1) and k (n + 1 - k) / ((n + 1)² (n + 2)).
    { count: 1, k: 1 },
    { count: 12, k: 12 },
    { count: 20, k: 19 },
    { count: 61, k: 58 },
  ])('lies at k / (n + 1) on average: of $count requests, the $k. from below', ({ count, k }) => {
    const random = seededRandom(count);
    const drawn = Array.from({ length: 20_000 }, () => rankOfP95(count, random));
    const variance = (k * (count + 1 - k)) / ((count + 1) ** 2 * (count + 2));
    expect(Math.abs(mean(drawn) - k / (count + 1))).toBeLessThan(4 * Math.sqrt(variance / 20_000));
    expect(sampleVariance(drawn) / variance).toBeGreaterThan(0.94);
    expect(sampleVariance(drawn) / variance).toBeLessThan(1.06);
  });

  it('reads a known distribution as recordings of it are read, where its 95 % are a sixth higher', () => {
    // Exponential of mean 1: its p95 is 3.00; the 19th of 20 is 1/2 + 1/3 + … + 1/20 = 2.60 on average.
    const random = seededRandom(3);
    const exponential = (share: number) => -Math.log(1 - share);
    const recorded = Array.from({ length: 5000 }, () => {
      const window = new Histogram();
      for (let index = 0; index < 20; index++) window.add(exponential(random()), 1);
      return window.quantile(0.95) ?? 0;
    });
    const read = Array.from({ length: 5000 }, () => exponential(rankOfP95(20, random)));
    expect(mean(recorded)).toBeGreaterThan(2.55);
    expect(mean(recorded)).toBeLessThan(2.65);
    expect(mean(read)).toBeGreaterThan(2.55);
    expect(mean(read)).toBeLessThan(2.65);
  });
});

describe('windowRanks', () => {
  const whole = syntheticEvidence(cpuBound);
  const counted = (values: (number | null)[]): Evidence => {
    const series = { fromSeconds: 0, stepSeconds: 5, values };
    return {
      ...whole,
      timeline: { ...whole.timeline, timeToFirstTokenCount: { chat: series }, queueWaitCount: series },
    };
  };

  it('goes by how many requests each window has, the same for the same seed, another for another', () => {
    const ranks = windowRanks(counted([1, 400, 0, null]), 1);
    // Of 400 the p95 lies within 0.92 and 0.98, of one anywhere; without one it stays what it is.
    expect(rankAt(ranks.firstToken.chat, 1)).toBeGreaterThan(0.9);
    expect([rankAt(ranks.firstToken.chat, 2), rankAt(ranks.firstToken.chat, 3)]).toEqual([0.95, 0.95]);
    expect(windowRanks(counted([1, 400]), 1)).toEqual(windowRanks(counted([1, 400]), 1));
    expect(rankAt(windowRanks(counted([1]), 2).queueWait, 0)).not.toBe(
      rankAt(windowRanks(counted([1]), 1).queueWait, 0),
    );
  });

  it('leaves the p95 a p95 where the evidence does not say of how many', () => {
    const { timeToFirstTokenCount: _, queueWaitCount: __, ...timeline } = whole.timeline;
    const ranks = windowRanks({ ...whole, timeline }, 1);
    expect([rankAt(ranks.firstToken.chat, 0), rankAt(ranks.queueWait, 7)]).toEqual([0.95, 0.95]);
  });
});
