import { mean } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { drawDemands, expectedDemand } from './demand.ts';
import { cpuBound, syntheticEvidence } from './fixtures/synthetic-evidence.ts';

const evidence = syntheticEvidence(cpuBound);

describe('expectedDemand', () => {
  it('replays the recorded arrivals times the growth, and adds a quiet quarter of an hour', () => {
    const demand = expectedDemand(evidence, { growthRatio: 2 });
    const loadSeconds = evidence.loadEndSeconds - evidence.loadStartSeconds;
    expect(demand.durationSeconds).toBe(loadSeconds + 900);
    // The fixture's first stage is 2 requests a second, half of them chats; its spike 14.
    expect(demand.rates.chat?.[20]).toBeCloseTo(2, 6);
    expect(Math.max(...(demand.rates.chat ?? []))).toBeCloseTo(14, 6);
    expect(demand.rates.chat?.at(-1)).toBeCloseTo(2, 6);
    expect(demand.description).toContain('× 2');
  });

  it('takes no quiet rate from the time in which the last requests were only answered', () => {
    const arrivals = Object.fromEntries(
      Object.entries(evidence.arrivals).map(([name, series]) => {
        const drained = new Array<number>(90 / series.stepSeconds).fill(0);
        return [name, { ...series, values: [...series.values, ...drained] }];
      }),
    );
    const drained = { ...evidence, arrivals, loadEndSeconds: evidence.loadEndSeconds + 90 };
    expect(expectedDemand(drained, { growthRatio: 1 })).toEqual(expectedDemand(evidence, { growthRatio: 1 }));
  });

  it('draws straight lines between the points of the config, in the recorded mix', () => {
    const points = [
      { at: 600, arrivalsPerSecond: 10 },
      { at: 0, arrivalsPerSecond: 0 },
    ];
    const demand = expectedDemand(evidence, { points, growthRatio: 1 });
    expect(demand.durationSeconds).toBe(600);
    const total = (second: number) =>
      (demand.rates.chat?.[second] ?? 0) + (demand.rates.workflow?.[second] ?? 0);
    expect(total(300)).toBeCloseTo(5, 1);
    expect(demand.rates.chat?.[300]).toBeCloseTo(2.5, 1);
  });
});

describe('drawDemands', () => {
  const expected = expectedDemand(evidence, { growthRatio: 1 });
  const totals = (seed: number) =>
    drawDemands(expected, 10, seed).map(
      ({ arrivals }) => arrivals.chat?.reduce((sum, count) => sum + count, 0) ?? 0,
    );

  it('draws the same for the same seed, and others for another', () => {
    expect(totals(1)).toEqual(totals(1));
    expect(totals(1)).not.toEqual(totals(2));
  });

  it('keeps the expected size on average, and spreads it by about 15 %', () => {
    const sum = expected.rates.chat?.reduce((all, rate) => all + rate, 0) ?? 0;
    const ratios = totals(1).map((total) => total / sum);
    expect(mean(ratios)).toBeGreaterThan(0.95);
    expect(mean(ratios)).toBeLessThan(1.06);
    expect(Math.min(...ratios)).toBeLessThan(0.9);
    expect(Math.max(...ratios)).toBeGreaterThan(1.1);
  });
});
