import { expect, it } from 'vitest';
import type { Tried } from './search.ts';
import type { SearchSpace } from './search-space.ts';
import { settingAdvice } from './setting-advice.ts';
import type { Sweep } from './settle.ts';

const values = [8, 9, 10, 11, 12];

/** Replicas, of which fewer are cheaper and miss the objectives for longer. */
const space: SearchSpace = {
  components: [],
  dimensions: [
    {
      ruleId: 'replica-bounds-fixed',
      component: 'api',
      plan: {
        sets: 'replicas',
        unit: 'replicas',
        current: 8,
        currentValue: 8,
        values,
        show: (value) => value,
        apply: () => {},
        because: 'the peak fills 6 replicas',
        evidence: [],
      },
    },
  ],
};

function withReplicas(value: number): Tried {
  const minutes = 11 - Math.min(value, 11);
  return {
    candidate: [value],
    outcome: { summaries: [], violated: { mean: minutes, low: minutes, high: minutes }, cost: value },
  };
}

function sweepWith(flatRegion: Sweep['flatRegion']): Sweep {
  return { tried: values.map((value) => ({ value, tried: withReplicas(value) })), flatRegion };
}

function reasonOf(flatRegion: Sweep['flatRegion']): string {
  const [advice] = settingAdvice(space, withReplicas(11), [sweepWith(flatRegion)], []);
  return advice?.because ?? '';
}

it('says what the next cheaper value would lead to, and the present one', () => {
  expect(reasonOf({ low: 11, high: 11 })).toContain('with 10 replicas, the next cheaper, 1.0 min miss');
  expect(reasonOf({ low: 11, high: 11 })).toContain(
    'with the present 8 replicas and all else as proposed 3.0 min',
  );
});

it('takes no value for cheaper that cannot be told from the proposed one', () => {
  const reason = reasonOf({ low: 10, high: 12 });
  expect(reason).toContain('with 9 replicas, the next cheaper, 2.0 min miss');
  expect(reason).toContain('10–12 cannot be told apart');
});
