import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HpaSpec } from '../contracts/hpa-spec.ts';
import { behaviors, specs } from './fixtures/arbitrary-sync.ts';
import {
  cpuUtilization,
  externalAverage,
  externalValue,
  hpaOf,
  podsOf,
  samplesOf,
} from './fixtures/build-sync.ts';
import { reconcile } from './reconcile.ts';
import { stabilize } from './stabilize.ts';
import { createHpaState } from './state.ts';
import type { HpaDecision, HpaSyncInputs, MetricAnswer } from './types.ts';

/** The load of one sync, in milli-units: of a series, and of every pod. */
const loads = fc.array(fc.integer({ min: 0, max: 400_000 }), { minLength: 1, maxLength: 40 });

function inputsOf(
  spec: Partial<HpaSpec>,
  sync: { atMs: number; replicas: number; load: number },
): HpaSyncInputs {
  const { atMs, replicas, load } = sync;
  const perPod = Math.floor(load / 100);
  const metrics = (spec.metrics ?? []).map(
    ({ type }): MetricAnswer =>
      type === 'External' || type === 'Object'
        ? { values: [load] }
        : {
            pods: samplesOf(
              Array.from({ length: replicas }, () => perPod),
              atMs,
            ),
          },
  );
  return { atMs, specReplicas: replicas, statusReplicas: replicas, pods: podsOf(replicas), metrics };
}

interface Played {
  readonly before: number;
  readonly atMs: number;
  readonly decision: HpaDecision;
}

/** Every replica that is asked for is there and ready by the next sync. */
function play(spec: Partial<HpaSpec>, course: readonly number[], startReplicas: number): Played[] {
  const hpa = hpaOf(spec);
  const state = createHpaState();
  let replicas = startReplicas;
  return course.map((load, index) => {
    const before = replicas;
    const atMs = 3_600_000 + index * 15_000;
    const decision = reconcile(hpa, state, inputsOf(spec, { atMs, replicas, load }));
    replicas = decision.scaledTo ?? replicas;
    return { before, atMs, decision };
  });
}

const starts = fc.integer({ min: 1, max: 40 });

describe('whatever the spec and the load', () => {
  it('what is written lies between minReplicas and maxReplicas', () => {
    fc.assert(
      fc.property(specs(), loads, starts, (spec, course, start) => {
        for (const { decision } of play(spec, course, start)) {
          if (decision.scaledTo === null) continue;
          expect(decision.scaledTo).toBeGreaterThanOrEqual(spec.minReplicas ?? 1);
          expect(decision.scaledTo).toBeLessThanOrEqual(spec.maxReplicas ?? 0);
        }
      }),
    );
  });

  it('a count is written exactly when it is another one, and desiredReplicas says which', () => {
    fc.assert(
      fc.property(specs(), loads, starts, (spec, course, start) => {
        for (const { before, decision } of play(spec, course, start)) {
          expect(decision.desiredReplicas).toBe(decision.scaledTo ?? before);
          expect(decision.scaledTo).not.toBe(before);
        }
      }),
    );
  });

  it('each condition type stands once, and AbleToScale says whether the count was written', () => {
    fc.assert(
      fc.property(specs(), loads, starts, (spec, course, start) => {
        for (const { decision } of play(spec, course, start)) {
          const types = decision.conditions.map(({ type }) => type);
          expect(new Set(types).size).toBe(types.length);
          expect(decision.conditions[0]?.reason === 'SucceededRescale').toBe(decision.scaledTo !== null);
        }
      }),
    );
  });

  it('the same inputs give the same decisions, and are left alone', () => {
    fc.assert(
      fc.property(specs(), loads, starts, (spec, course, start) => {
        const text = JSON.stringify(spec);
        expect(play(spec, course, start)).toEqual(play(spec, course, start));
        expect(JSON.stringify(spec)).toBe(text);
      }),
    );
  });
});

it('a higher load never asks for fewer replicas while all pods are ready', () => {
  const metric = fc.oneof(
    fc.integer({ min: 1, max: 90 }).map((target) => externalAverage(`${target}`)),
    fc.integer({ min: 1, max: 90 }).map((target) => externalValue(`${target}`)),
    fc.integer({ min: 1, max: 150 }).map(cpuUtilization),
  );
  fc.assert(
    fc.property(specs(metric), loads, starts, fc.nat(400_000), (spec, course, start, more) => {
      const [last = 0, ...earlier] = course.toReversed();
      const past = earlier.toReversed();
      const asked = (load: number) =>
        play(spec, [...past, load], start).at(-1)?.decision.desiredReplicas ?? 0;
      expect(asked(last + more)).toBeGreaterThanOrEqual(asked(last));
    }),
  );
});

it('with behavior, windows only hold back: the outcome lies between the present count and the recommendation', () => {
  fc.assert(
    fc.property(
      behaviors,
      fc.array(fc.nat(40), { minLength: 1, maxLength: 60 }),
      starts,
      (behavior, asked, current) => {
        const hpa = hpaOf({ behavior });
        const state = createHpaState();
        asked.forEach((desired, index) => {
          const stabilized = stabilize(
            hpa,
            state,
            { atMs: index * 15_000, currentReplicas: current },
            desired,
          );
          expect(stabilized).toBeGreaterThanOrEqual(Math.min(current, desired));
          expect(stabilized).toBeLessThanOrEqual(Math.max(current, desired));
        });
      },
    ),
  );
});

it('a longer window never lets more through', () => {
  const windows = fc
    .tuple(fc.nat(900), fc.nat(900))
    .map(([first, second]) => [first, first + second] as const);
  fc.assert(
    fc.property(
      windows,
      fc.array(fc.nat(40), { minLength: 1, maxLength: 60 }),
      starts,
      (pair, asked, current) => {
        const changes = pair.map((stabilizationWindowSeconds) => {
          const rules = { stabilizationWindowSeconds };
          const hpa = hpaOf({ behavior: { scaleUp: rules, scaleDown: rules } });
          const state = createHpaState();
          const outcomes = asked.map((desired, index) =>
            stabilize(hpa, state, { atMs: index * 15_000, currentReplicas: current }, desired),
          );
          return Math.abs((outcomes.at(-1) ?? current) - current);
        });
        expect(changes[1]).toBeLessThanOrEqual(changes[0] ?? 0);
      },
    ),
  );
});

it('no policy is outrun: what was added within its period stays within its value', () => {
  const policy = fc.record({
    type: fc.constant('Pods' as const),
    value: fc.integer({ min: 1, max: 6 }),
    periodSeconds: fc.constantFrom(15, 45, 120),
  });
  fc.assert(
    fc.property(policy, loads, (rule, course) => {
      const spec = {
        maxReplicas: 100,
        metrics: [externalAverage('1')],
        behavior: { scaleUp: { policies: [rule] }, scaleDown: { selectPolicy: 'Disabled' as const } },
      };
      const played = play(spec, course, 1);
      for (const { atMs, before, decision } of played) {
        const since = atMs - rule.periodSeconds * 1000;
        const inPeriod = played.find((sync) => sync.atMs > since)?.before ?? before;
        expect((decision.scaledTo ?? before) - inPeriod).toBeLessThanOrEqual(rule.value);
      }
    }),
  );
});

it('the order of the pods and the number of series do not matter', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(2000), { minLength: 1, maxLength: 20 }),
      fc.nat(50_000),
      fc.nat(50_000),
      (values, a, b) => {
        const hpa = hpaOf({ maxReplicas: 100, metrics: [cpuUtilization(60), externalAverage('3')] });
        const count = values.length;
        const inputs = inputsOf({}, { atMs: 3_600_000, replicas: count, load: 0 });
        const samples = samplesOf(values, 3_600_000);
        const one = reconcile(hpa, createHpaState(), {
          ...inputs,
          metrics: [{ pods: samples }, { values: [a + b] }],
        });
        const turned = Object.fromEntries(Object.entries(samples).toReversed());
        const other = reconcile(hpa, createHpaState(), {
          ...inputs,
          pods: inputs.pods.toReversed(),
          metrics: [{ pods: turned }, { values: [a, b] }],
        });
        expect(other).toEqual(one);
      },
    ),
  );
});
