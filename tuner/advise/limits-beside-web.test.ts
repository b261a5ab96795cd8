import { describe, expect, it } from 'vitest';
import type { Evidence } from '../contracts/evidence.ts';
import { knownLimits } from '../simulate/known-limits.ts';
import { advise } from './advise.ts';
import { comfortable, queueMetric, syntheticEvidence } from './fixtures/synthetic-evidence.ts';
import { limitsBesideWeb } from './limits-beside-web.ts';

const without = syntheticEvidence(comfortable);
const { api } = without.components;
if (api === undefined) throw new Error('the fixture has an api');
const web = { ...api, deployment: 'my-dify-web', specReplicas: 3, cpuMillisecondsPerRequest: {} };
const evidence: Evidence = { ...without, components: { ...without.components, web } };

describe('limits beside web', () => {
  it('leaves the pods of web their nodes, and says so', () => {
    const { limits, assumptions } = limitsBesideWeb(knownLimits({ schedulablePods: 12 }), evidence);
    expect(limits?.schedulablePods).toBe(9);
    expect(assumptions.join()).toContain('its 3 pods keep their nodes, so that 9 of the 12 pods');
  });

  it.each([
    { name: 'no web was recorded', given: knownLimits({ schedulablePods: 12 }), of: without },
    { name: 'nodes are not known to be scarce', given: knownLimits(null), of: evidence },
    { name: 'no limits are given', given: undefined, of: evidence },
  ])('changes nothing where $name', ({ given, of }) => {
    expect(limitsBesideWeb(given, of)).toEqual({ limits: given, assumptions: [] });
  });
});

it('advice leaves web out, whatever pages are stated, and tells why', async () => {
  const webPages = { pagesPerChat: 9, cpuMillisecondsPerPage: 900, source: 'the test' };
  const points = [0, 90].map((at) => ({ at, arrivalsPerSecond: 4 }));
  const advice = await advise(
    { ...evidence, webPages },
    {
      config: {
        objectives: { timeToFirstTokenP95: 3, queueWaitP95: 5, errorRatio: 0.01 },
        demand: { growthRatio: 1, points },
        caps: { maxReplicas: 6 },
        minReplicas: {},
        replicaHourPrice: {},
      },
      queueMetric,
      limits: knownLimits({ schedulablePods: 12 }),
      seed: 1,
      candidates: 2,
      draws: 10,
      threads: 1,
    },
  );
  expect(Object.keys(advice.proposals).sort()).toEqual(['api', 'worker']);
  expect(Object.keys(advice.outcomes?.current.replicaHours ?? {}).sort()).toEqual(['api', 'worker']);
  const said = advice.caveats.filter((text) => text.startsWith('web')).join('\n');
  expect(said).toContain('web is left as it is');
  expect(said).toContain('Under the pages stated (9 a chat)');
  expect(said).toContain('its 3 pods keep their nodes');
});
