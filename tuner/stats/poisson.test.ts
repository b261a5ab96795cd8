import { mean, sampleVariance } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { drawPoisson } from './poisson.ts';
import { seededRandom } from './seeded-random.ts';

describe('drawPoisson', () => {
  it.each([0.3, 5, 800])('has mean and variance %d', (rate) => {
    const random = seededRandom(3);
    const drawn = Array.from({ length: 20_000 }, () => drawPoisson(rate, random));
    // Standard error of the mean: sqrt(rate / 20,000); of the variance: about rate · sqrt(2 / 20,000).
    expect(Math.abs(mean(drawn) / rate - 1)).toBeLessThan(4 * Math.sqrt(1 / (rate * 20_000)));
    expect(Math.abs(sampleVariance(drawn) / rate - 1)).toBeLessThan(0.06);
  });

  it('draws nothing at a rate of zero', () => {
    expect(drawPoisson(0, seededRandom(1))).toBe(0);
  });
});
