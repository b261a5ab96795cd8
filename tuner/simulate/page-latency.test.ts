import { describe, expect, it } from 'vitest';
import { addPage, createPageLatency, movePages, pageQuantile } from './page-latency.ts';

describe('page latency', () => {
  it.each([0.0011, 0.04, 0.3333, 1, 2.5, 73, 4000])('knows %d s to within 3 %', (seconds) => {
    const latency = createPageLatency();
    addPage(latency, seconds);
    expect(Math.abs(pageQuantile(latency, 0.5) / seconds - 1)).toBeLessThan(0.03);
  });

  it('finds the quantile of many', () => {
    const latency = createPageLatency();
    for (let page = 1; page <= 1000; page++) addPage(latency, page / 100);
    expect(pageQuantile(latency, 0.95)).toBeCloseTo(9.5, 1);
    expect(pageQuantile(latency, 0.5)).toBeCloseTo(5, 1);
  });

  it('counts what is shorter or longer than its bins at their ends', () => {
    const latency = createPageLatency();
    addPage(latency, 0);
    addPage(latency, 1e9);
    expect(pageQuantile(latency, 0.5)).toBeLessThan(0.002);
    expect(pageQuantile(latency, 1)).toBeGreaterThan(2e5);
  });

  it('is unknown without a page, and empty after it was moved', () => {
    const [from, into] = [createPageLatency(), createPageLatency()];
    expect(pageQuantile(from, 0.95)).toBeNaN();
    addPage(from, 2);
    movePages(into, from);
    movePages(into, from);
    expect({ from: from.total, into: into.total }).toEqual({ from: 0, into: 1 });
    expect(pageQuantile(into, 0.5)).toBeCloseTo(2, 1);
  });
});
