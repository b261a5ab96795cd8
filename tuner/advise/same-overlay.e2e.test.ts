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

async function advised(template: Parameters<typeof syntheticEvidence>[0], seed: number) {
  const { settings, outcomes } = await advise(syntheticEvidence(template), optionsWith(seed));
  const proposed = new Map(settings.map((one) => [`${one.component} ${one.sets}`, one]));
  const hours = Object.values(outcomes?.proposed.replicaHours ?? {}).reduce((sum, one) => sum + one, 0);
  return { settings, proposed, hours };
}

const both = (template: Parameters<typeof syntheticEvidence>[0]) =>
  Promise.all([advised(template, 1), advised(template, 2)] as const);

describe('another seed draws other loads, other samples of the settings and other phases, and proposes', () => {
  it('the same API, and workers that cost the same, where CPU binds', async () => {
    const [first, second] = await both(cpuBound);
    for (const [key, { component, sets, proposed }] of first.proposed) {
      // A worker's target and floor stand for each other: 60 % from three pods, or 40 % from two.
      if (component === 'worker' && /averageUtilization|minReplicas/.test(sets)) continue;
      expect(second.proposed.get(key)?.proposed, key).toBe(proposed);
    }
    expect(Math.abs(first.hours / second.hours - 1)).toBeLessThan(0.05);
  });

  it('the most of the queue target that cannot be told apart where slots bind, nearest to the present 50', async () => {
    const found = await both(slotBound);
    const targets = found.map(({ settings }) => settings.find(({ sets }) => sets.endsWith('averageValue')));
    for (const target of targets) expect(target?.proposed).toBe(target?.flatRegion?.high);
    const [first, second] = targets.map((target) => Number(target?.proposed));
    expect(Math.abs((first ?? 0) - (second ?? 9))).toBeLessThanOrEqual(1);
    expect(Math.abs(found[0].hours / found[1].hours - 1)).toBeLessThan(0.05);
  });
});
