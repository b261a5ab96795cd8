import { describe, expect, it } from 'vitest';
import { advise } from './advise.ts';
import { cpuBound, queueMetric, slotBound, syntheticEvidence } from './fixtures/synthetic-evidence.ts';
import type { AdviseOptions } from './options.ts';

/** Minutes for a search at its full effort: what is proposed must not be the luck of a seed. */
const optionsWith = (seed: number): AdviseOptions => ({
  config: {
    objectives: { timeToFirstTokenP95: 3, queueWaitP95: 5, errorRatio: 0.01 },
    demand: { growthRatio: 1 },
    caps: { maxReplicas: 20 },
    minReplicas: {},
    replicaHourPrice: {},
  },
  queueMetric,
  seed,
});

async function proposed(template: Parameters<typeof syntheticEvidence>[0], seed: number) {
  const { settings } = await advise(syntheticEvidence(template), optionsWith(seed));
  return new Map(settings.map(({ component, sets, proposed: value }) => [`${component} ${sets}`, value]));
}

describe('another seed draws other loads, other samples of the settings and other phases, and proposes', () => {
  it('CPU targets within one step of ten per cent, the same floors within one, and the windows in force', async () => {
    const [first, second] = await Promise.all([proposed(cpuBound, 1), proposed(cpuBound, 2)]);
    for (const [key, value] of first) {
      const other = second.get(key);
      if (key.endsWith('averageUtilization')) {
        expect(Math.abs(Number(value) - Number(other)), key).toBeLessThanOrEqual(10);
      } else if (key.endsWith('minReplicas')) {
        expect(Math.abs(Number(value) - Number(other)), key).toBeLessThanOrEqual(1);
      } else expect(other, key).toBe(value);
    }
  });

  it('the same queue target where slots bind, the nearest to the present one that the objective bears', async () => {
    const [first, second] = await Promise.all([proposed(slotBound, 1), proposed(slotBound, 2)]);
    const targetOf = (found: typeof first) => [...found].find(([key]) => key.endsWith('averageValue'))?.[1];
    expect(targetOf(first)).toBeDefined();
    expect(targetOf(second)).toBe(targetOf(first));
  });
});
