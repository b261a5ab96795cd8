import { describe, expect, it } from 'vitest';
import { logNormalQuantile, logNormalShareBelow, logNormalThrough } from './log-normal.ts';

describe('log-normal', () => {
  const spread = { median: 2, sigma: 0.5 };

  it('has half of its values below the median', () => {
    expect(logNormalShareBelow(spread, 2)).toBeCloseTo(0.5, 6);
  });

  // R: plnorm(c(1, 4), log(2), 0.5); qlnorm(0.95, log(2), 0.5)
  it.each([
    { value: 1, share: 0.0828286 },
    { value: 4, share: 0.9171714 },
  ])('has $share of its values below $value', ({ value, share }) => {
    expect(logNormalShareBelow(spread, value)).toBeCloseTo(share, 5);
  });

  it('has its 95th percentile where R has it', () => {
    expect(logNormalQuantile(spread, 0.95)).toBeCloseTo(4.5522, 2);
  });

  it('goes through the two quantiles it was made from', () => {
    const through = logNormalThrough(1, 4);
    expect(through.median).toBeCloseTo(2, 10);
    expect(logNormalShareBelow(through, 1)).toBeCloseTo(0.05, 3);
    expect(logNormalShareBelow(through, 4)).toBeCloseTo(0.95, 3);
  });

  it('is a constant where low and high are one', () => {
    const constant = logNormalThrough(3, 3);
    expect(constant).toEqual({ median: 3, sigma: 0 });
    expect([2.9, 3, 3.1].map((value) => logNormalShareBelow(constant, value))).toEqual([0, 1, 1]);
  });

  it('takes a low end of zero for a thousandth of the high one', () => {
    expect(logNormalThrough(0, 4).median).toBeCloseTo(Math.sqrt(0.004 * 4), 10);
  });
});
