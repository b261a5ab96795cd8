import { describe, expect, it } from 'vitest';
import { logNormalQuantile } from '../stats/log-normal.ts';
import {
  addDelay,
  addSpreadDelay,
  createDelayHistogram,
  delayOfBin,
  emptyInto,
  quantileWithDelay,
  shareAbove,
  sharesAbove,
} from './delay-histogram.ts';
import { createUsualTime } from './usual-time.ts';

const usual = { median: 0.6, sigma: 0.25 };

function binOf(seconds: number): number {
  const histogram = createDelayHistogram();
  addDelay(histogram, seconds, 1);
  return histogram.top;
}

describe('delay histogram', () => {
  it.each([0.004, 0.01, 0.1, 1, 2.7, 60, 3600])('stands for %d s within 5.6 %', (seconds) => {
    expect(Math.abs(delayOfBin(binOf(seconds)) / seconds - 1)).toBeLessThan(0.063);
  });

  it('counts a delay below 4 ms as none, and one beyond a day as the longest', () => {
    expect(binOf(0.0039)).toBe(0);
    expect(delayOfBin(0)).toBe(0);
    expect(binOf(1e9)).toBe(binOf(1e12));
  });

  it('has the quantile of the usual time where nothing is delayed', () => {
    const histogram = createDelayHistogram();
    addDelay(histogram, 0, 10);
    const found = quantileWithDelay(histogram, createUsualTime(usual), 0.95);
    expect(found).toBeCloseTo(logNormalQuantile(usual, 0.95), 6);
  });

  it('adds a delay that all have to the quantile', () => {
    const histogram = createDelayHistogram();
    addDelay(histogram, 5, 3);
    const found = quantileWithDelay(histogram, createUsualTime(usual), 0.95) ?? 0;
    expect(Math.abs(found / (5 + logNormalQuantile(usual, 0.95)) - 1)).toBeLessThan(0.06);
  });

  it('judges a limit by the requests above it: a tenth delayed by 10 s is a tenth above 3 s', () => {
    const histogram = createDelayHistogram();
    addDelay(histogram, 0, 90);
    addDelay(histogram, 10, 10);
    expect(shareAbove(histogram, sharesAbove(usual, 3))).toBeCloseTo(0.1, 4);
  });

  it('keeps the mean of a delay that it spreads', () => {
    const histogram = createDelayHistogram();
    addSpreadDelay(histogram, 1, { mean: 2, deviation: 2 }, Number.POSITIVE_INFINITY);
    const mean = histogram.weights.reduce((sum, weight, bin) => sum + weight * delayOfBin(bin), 0);
    expect(Math.abs(mean / 2 - 1)).toBeLessThan(0.06);
    expect(histogram.total).toBeCloseTo(1, 10);
  });

  it('spreads no delay beyond the most it can be', () => {
    const histogram = createDelayHistogram();
    addSpreadDelay(histogram, 1, { mean: 2, deviation: 2 }, 3);
    // Without it the longest part is 8 s.
    expect(delayOfBin(histogram.top)).toBeLessThan(3.3);
    expect(histogram.total).toBeCloseTo(1, 10);
  });

  it('is empty after it was moved, and says so', () => {
    const from = createDelayHistogram();
    const into = createDelayHistogram();
    addDelay(from, 1, 2);
    emptyInto(into, from);
    expect({ total: from.total, top: from.top }).toEqual({ total: 0, top: 0 });
    expect(into.total).toBe(2);
    expect(quantileWithDelay(from, createUsualTime(usual), 0.5)).toBeNull();
    expect(shareAbove(from, sharesAbove(usual, 3))).toBe(0);
  });
});
