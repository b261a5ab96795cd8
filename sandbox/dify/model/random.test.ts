import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

const draws = (seed: number, count: number) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('Random', () => {
  it('draws equal numbers for equal seeds and others for others', () => {
    expect(draws(1, 10)).toEqual(draws(1, 10));
    expect(draws(1, 10)).not.toEqual(draws(2, 10));
  });

  it('draws uniformly from 0 to 1', () => {
    const numbers = draws(3, 10_000);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    // Mean 1/2 ± 5 standard errors of √(1/12)/100.
    expect(Math.abs(numbers.reduce((sum, number) => sum + number, 0) / 10_000 - 0.5)).toBeLessThan(0.0145);
  });

  it('draws log-normals of the given median and sigma, and constants for sigma 0', () => {
    const random = new Random(5);
    const logs = Array.from({ length: 10_000 }, () => Math.log(random.logNormal({ median: 2, sigma: 0.5 })));
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const deviation = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
    // 5 standard errors: 0.5/100 for the mean, 0.5/√20000 for the deviation.
    expect(Math.abs(mean - Math.log(2))).toBeLessThan(0.025);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.018);
    expect(random.logNormal({ median: 2, sigma: 0 })).toBe(2);
  });

  it('picks nothing from nothing', () => {
    expect(new Random(1).pick([])).toBeUndefined();
  });
});
