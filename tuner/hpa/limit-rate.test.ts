import { describe, expect, it } from 'vitest';
import type { ScalingPolicy, ScalingRules } from '../contracts/hpa-spec.ts';
import { hpaOf, reasonsOf } from './fixtures/build-sync.ts';
import { limitRate } from './limit-rate.ts';
import { storeScaleEvent } from './scale-events.ts';
import { createHpaState } from './state.ts';
import type { CompiledHpa } from './types.ts';

type Change = readonly [atSeconds: number, from: number, to: number];

function limited(hpa: CompiledHpa, changes: readonly Change[], [atSeconds, from, to]: Change) {
  const state = createHpaState();
  for (const [seconds, was, is] of changes)
    storeScaleEvent(hpa, state, { atMs: seconds * 1000, from: was, to: is });
  const replicas = limitRate(hpa, state, { atMs: atSeconds * 1000, currentReplicas: from }, to);
  return { replicas, reason: reasonsOf(state.conditions).ScalingLimited, state };
}

const pods = (value: number, periodSeconds: number): ScalingPolicy => ({
  type: 'Pods',
  value,
  periodSeconds,
});
const percent = (value: number, periodSeconds: number): ScalingPolicy => ({
  type: 'Percent',
  value,
  periodSeconds,
});
const up = (rules: ScalingRules) => hpaOf({ maxReplicas: 100, behavior: { scaleUp: rules } });
const down = (rules: ScalingRules) => hpaOf({ maxReplicas: 100, behavior: { scaleDown: rules } });

describe('without behavior', () => {
  // Expected: horizontal.go, convertDesiredReplicasWithRules, calculateScaleUpLimit: max(2 × current, 4).
  it.each([
    { from: 1, to: 9, replicas: 4, reason: 'ScaleUpLimit' },
    { from: 5, to: 30, replicas: 10, reason: 'TooManyReplicas' },
    { from: 3, to: 30, replicas: 6, reason: 'ScaleUpLimit' },
    { from: 5, to: 0, replicas: 2, reason: 'TooFewReplicas' },
    { from: 5, to: 4, replicas: 4, reason: 'DesiredWithinRange' },
  ])('turns $to from $from into $replicas: $reason', ({ from, to, replicas, reason }) => {
    expect(limited(hpaOf({ minReplicas: 2, maxReplicas: 10 }), [], [0, from, to])).toMatchObject({
      replicas,
      reason,
    });
  });
});

describe('scale-up policies', () => {
  // Expected: hand sums after horizontal.go, calculateScaleUpLimitWithScalingRules.
  it.each([
    { name: 'a count', rules: { policies: [pods(3, 60)] }, replicas: 13 },
    { name: 'a share, rounded up', rules: { policies: [percent(15, 60)] }, replicas: 12 },
    { name: 'the larger of two', rules: { policies: [pods(3, 60), percent(50, 60)] }, replicas: 15 },
    {
      name: 'the smaller of two under Min',
      rules: { selectPolicy: 'Min', policies: [pods(3, 60), percent(50, 60)] },
      replicas: 13,
    },
    { name: 'none under Disabled', rules: { selectPolicy: 'Disabled' }, replicas: 10 },
    { name: 'the default: 4 or the double', rules: {}, replicas: 20 },
  ] as { name: string; rules: ScalingRules; replicas: number }[])('allow $name', ({ rules, replicas }) => {
    expect(limited(up(rules), [], [0, 10, 90])).toMatchObject({ replicas, reason: 'ScaleUpLimit' });
  });

  it('count from the start of the period', () => {
    // 8 became 10 within the minute, so 8 + 3 is the limit; without the event it would be 13.
    expect(limited(up({ policies: [pods(3, 60)] }), [[30, 8, 10]], [60, 10, 90]).replicas).toBe(11);
  });

  it('forget a change exactly as old as the period', () => {
    expect(limited(up({ policies: [pods(3, 60)] }), [[0, 8, 10]], [60, 10, 90]).replicas).toBe(13);
    expect(limited(up({ policies: [pods(3, 60)] }), [[0.001, 8, 10]], [60, 10, 90]).replicas).toBe(11);
  });

  it('never turn the direction round when too much was added already', () => {
    expect(limited(up({ policies: [pods(1, 60)] }), [[30, 2, 10]], [60, 10, 90]).replicas).toBe(10);
  });

  it('count replicas that were removed within the period back in', () => {
    expect(limited(up({ policies: [pods(3, 60)] }), [[30, 14, 10]], [60, 10, 90]).replicas).toBe(17);
  });

  it('overflow as int32 does: a value of 2^31-1 allows nothing', () => {
    expect(limited(up({ policies: [pods(2 ** 31 - 1, 60)] }), [], [0, 10, 90]).replicas).toBe(10);
  });

  it('give way to the maximum', () => {
    expect(limited(hpaOf({ maxReplicas: 12, behavior: {} }), [], [0, 10, 90])).toMatchObject({
      replicas: 12,
      reason: 'TooManyReplicas',
    });
  });
});

describe('scale-down policies', () => {
  // Expected: hand sums after horizontal.go, calculateScaleDownLimitWithBehaviors.
  it.each([
    { name: 'a count', rules: { policies: [pods(3, 60)] }, replicas: 7 },
    { name: 'a share, cut off', rules: { policies: [percent(15, 60)] }, replicas: 8 },
    { name: 'the larger change of two', rules: { policies: [pods(3, 60), percent(50, 60)] }, replicas: 5 },
    {
      name: 'the smaller change under Min',
      rules: { selectPolicy: 'Min', policies: [pods(3, 60), percent(50, 60)] },
      replicas: 7,
    },
    { name: 'none under Disabled', rules: { selectPolicy: 'Disabled' }, replicas: 10 },
  ] as { name: string; rules: ScalingRules; replicas: number }[])('allow $name', ({ rules, replicas }) => {
    expect(limited(down(rules), [], [0, 10, 1])).toMatchObject({ replicas, reason: 'ScaleDownLimit' });
  });

  it('count from the start of the period', () => {
    expect(limited(down({ policies: [pods(3, 60)] }), [[30, 12, 10]], [60, 10, 1]).replicas).toBe(9);
  });

  it('never turn the direction round when too much was removed already', () => {
    expect(limited(down({ policies: [pods(1, 60)] }), [[30, 20, 10]], [60, 10, 1]).replicas).toBe(10);
  });

  it('give way to the minimum', () => {
    expect(limited(hpaOf({ minReplicas: 4, behavior: {} }), [], [0, 10, 1])).toMatchObject({
      replicas: 4,
      reason: 'TooFewReplicas',
    });
  });
});

describe('scale events', () => {
  const hpa = up({ policies: [pods(3, 60)] });

  it('are not kept without behavior', () => {
    expect(limited(hpaOf(), [[0, 1, 2]], [60, 2, 2]).state.scaleUpEvents).toEqual([]);
  });

  it('take the place of the outdated one that stands last', () => {
    const { state } = limited(
      hpa,
      [
        [0, 1, 2],
        [10, 2, 3],
        [75, 3, 9],
      ],
      [75, 9, 9],
    );
    expect(state.scaleUpEvents).toEqual([
      { atMs: 0, change: 1, isOutdated: true },
      { atMs: 75_000, change: 6, isOutdated: false },
    ]);
  });

  it('are kept apart by direction', () => {
    const { state } = limited(
      hpa,
      [
        [0, 1, 5],
        [10, 5, 3],
      ],
      [20, 3, 3],
    );
    expect(state.scaleUpEvents.map(({ change }) => change)).toEqual([4]);
    expect(state.scaleDownEvents.map(({ change }) => change)).toEqual([2]);
  });
});
