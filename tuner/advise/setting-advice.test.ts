import { expect, it } from 'vitest';
import type { Tried } from './search.ts';
import type { SearchSpace } from './search-space.ts';
import { settingAdvice } from './setting-advice.ts';
import type { Sweep } from './sweep-settings.ts';

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

function reasonOf(flatRegion: Sweep['flatRegion'], passedOver: readonly Tried[] = []): string {
  const given = { sweeps: [sweepWith(flatRegion)], passedOver, assumptions: [] };
  const [advice] = settingAdvice(space, withReplicas(11), given);
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
  expect(reason).toContain('10–12 cannot be told apart, and of them 11 is the nearest to the present 8');
});

it('names what does as well only where other settings move along', () => {
  const reason = reasonOf({ low: 11, high: 11 }, [withReplicas(12), withReplicas(11)]);
  expect(reason).toContain('; 12 replicas does as well where other settings move along');
  expect(reasonOf({ low: 11, high: 12 }, [withReplicas(12)])).not.toContain('move along');
});
