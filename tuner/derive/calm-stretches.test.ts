import { describe, expect, it } from 'vitest';
import { seededRandom } from '../stats/seeded-random.ts';
import { calmRanges, histogramOver } from './calm-stretches.ts';
import { Histogram } from './histogram.ts';
import type { SecondRange } from './load-recording.ts';

/** One stretch of 10 s for each list of latencies. */
function recorded(...latencies: number[][]) {
  const stretches = latencies.map((_, index) => ({
    fromSeconds: index * 10,
    toSeconds: index * 10 + 10,
    arrivalsPerSecond: 1,
  }));
  const samples = ({ from }: SecondRange) => {
    const seen = new Histogram();
    for (const value of latencies[from / 10] ?? []) seen.add(value, 1);
    return seen;
  };
  return { stretches, samples, calm: calmRanges(stretches, samples).map(({ from }) => from / 10) };
}

const around = (mean: number, count: number, seed: number, spread = 200) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => mean + spread * (random() - 0.5));
};

describe('calmRanges', () => {
  it('takes all stretches whose means luck alone could have made so', () => {
    expect(recorded(around(700, 21, 1), around(700, 140, 2), around(700, 190, 3)).calm.sort()).toEqual([
      0, 1, 2,
    ]);
  });

  it('leaves out what is slower than luck makes it', () => {
    // 730 against 700 with 200 requests each of a standard deviation of 58: 5 standard errors.
    expect(recorded(around(700, 200, 1), around(730, 200, 2), around(2000, 50, 3)).calm).toEqual([0]);
  });

  it('leaves out what is much slower however few requests tell it', () => {
    // 250 more with a standard deviation of 580 over 12 requests is one standard error and a half.
    const few = around(700, 40, 1);
    const slow = [...around(950, 12, 2, 2000)];
    const [, second] = recorded(few, slow).calm;
    expect(second).toBeUndefined();
  });

  it('leaves out a stretch that begins with what an overload left behind: a few of it are far slower', () => {
    // Two of 60 at 1500 ms raise the mean by 28 ms, about a standard error, and the variance to five times.
    const leftBehind = [...around(700, 58, 2), 1500, 1500];
    expect(recorded(around(700, 40, 1), leftBehind).calm).toEqual([0]);
    // A wider spread alone is none.
    expect(recorded(around(700, 40, 1), around(700, 60, 2, 300)).calm).toEqual([0, 1]);
  });

  it('needs ten requests in a stretch', () => {
    expect(recorded(around(100, 9, 1), around(700, 10, 2)).calm).toEqual([1]);
    expect(recorded(around(100, 9, 1)).calm).toEqual([]);
  });

  it('gives back the tail that the fastest stretch alone had by luck not', () => {
    // Uniform from 600 to 800: p95 790. Ten stretches of 20: the fastest one is picked for having few slow ones.
    const stretches = Array.from({ length: 10 }, (_, index) => around(700, 20, index + 10));
    const { samples, stretches: all } = recorded(...stretches);
    const ranges = calmRanges(all, samples);
    expect(ranges.length).toBeGreaterThan(5);
    const p95 = histogramOver(ranges, samples).quantile(0.95);
    expect(p95).toBeGreaterThan(780);
    expect(p95).toBeLessThan(800);
  });
});
