import { describe, expect, it } from 'vitest';
import { meanInterval } from './mean-interval.ts';

describe('meanInterval', () => {
  it('is that of t.test in R', () => {
    // R: t.test(c(1, 2, 3))$conf.int gives -0.4841377 4.4841377
    const { mean, low, high } = meanInterval([1, 2, 3]);
    expect(mean).toBe(2);
    expect(low).toBeCloseTo(-0.484138, 3);
    expect(high).toBeCloseTo(4.484138, 3);
  });

  it('is the value itself where there is only one', () => {
    expect(meanInterval([7])).toEqual({ mean: 7, low: 7, high: 7 });
  });

  it('has no width where all values are one', () => {
    expect(meanInterval([4, 4, 4, 4])).toEqual({ mean: 4, low: 4, high: 4 });
  });

  it('refuses an empty list', () => {
    expect(() => meanInterval([])).toThrow();
  });
});
