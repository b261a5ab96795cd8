import { describe, expect, it } from 'vitest';
import { defaultControllerFlags as flags } from './controller-flags.ts';
import { anHourMs, cpuUtilization, hpaOf, podOf, samplesOf, syncOf } from './fixtures/build-sync.ts';
import { isSampleSetAside } from './group-pods.ts';
import { reconcile } from './reconcile.ts';
import { createHpaState } from './state.ts';
import type { HpaPod } from './types.ts';

describe('a cpu sample is set aside', () => {
  // Expected: replica_calculator.go, groupPods: After and Before are strict. Initialization 300 s, initial delay 30 s.
  const sample = { atMs: 100_000, windowMs: 15_000 };
  const ready = { ready: true, readyTransitionMs: 80_000, startTimeMs: 60_000 } as const;

  it.each<[string, Partial<HpaPod>, number, boolean]>([
    ['not of a pod whose window lies behind its readiness', {}, 110_000, false],
    ['not when the window begins exactly at readiness', { readyTransitionMs: 85_000 }, 110_000, false],
    ['when the window reaches a millisecond beyond it', { readyTransitionMs: 85_001 }, 110_000, true],
    ['of a pod that is not ready', { ready: false }, 110_000, true],
    ['not of one whose readiness is unknown', { ready: 'Unknown' }, 110_000, false],
    ['of a pod without a Ready condition', { ready: null }, 110_000, true],
    ['of a pod without a start time', { startTimeMs: null }, 110_000, true],
    ['by its window until the initialization period is over', { readyTransitionMs: 99_000 }, 359_999, true],
    ['no more by its window at the end of that period', { readyTransitionMs: 99_000 }, 360_000, false],
    ['after it, of a pod that never was ready', { ready: false, readyTransitionMs: 89_999 }, 360_000, true],
    [
      'after it, not of one that changed as late as the initial delay',
      { ready: false, readyTransitionMs: 90_000 },
      360_000,
      false,
    ],
  ])('%s', (_, change, atMs, expected) => {
    expect(isSampleSetAside({ ...ready, ...change }, sample, { atMs, flags })).toBe(expected);
  });
});

describe('a memory sample', () => {
  it('counts however young the pod is', () => {
    const metric = {
      type: 'Resource',
      resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1' } },
    } as const;
    const pods = [
      podOf('p0', { ready: false, startTimeMs: anHourMs - 1000, readyTransitionMs: anHourMs - 1000 }),
    ];
    const inputs = syncOf(1, 0, { pods, metrics: [{ pods: samplesOf([3000]) }] });
    const { proposals } = reconcile(hpaOf({ metrics: [metric] }), createHpaState(), inputs);
    expect(proposals[0]?.replicas).toBe(3);
  });
});

describe('phases', () => {
  const proposalOf = (pods: readonly Partial<HpaPod>[], samples: readonly (number | null)[]) => {
    const named = pods.map((pod, index) => podOf(`p${index}`, pod));
    const inputs = syncOf(2, 0, { pods: named, metrics: [{ pods: samplesOf(samples) }] });
    return reconcile(hpaOf({ maxReplicas: 50, metrics: [cpuUtilization(50)] }), createHpaState(), inputs)
      .proposals[0];
  };

  it('a pending pod counts as idle on the way up and not at all on the way down', () => {
    // Hand sums: (90 + 90 + 0) / 3 = 60 %, × 3 / 50 % = 3.6; down: 20 % of two, 20/50 × 2 = 0.8.
    const pending = { phase: 'Pending', ready: null, startTimeMs: null } as const;
    expect(proposalOf([{}, {}, pending], [900, 900])?.replicas).toBe(4);
    expect(proposalOf([{}, {}, pending], [200, 200])?.replicas).toBe(1);
  });

  it('a succeeded or unknown pod without a sample counts as missing', () => {
    // Hand sum: (20 + 20 + 100) / 3 = 46 %, within the dead band of 50 %; without the rule 1.
    expect(proposalOf([{}, {}, { phase: 'Succeeded', ready: false }], [200, 200])?.replicas).toBe(2);
    expect(proposalOf([{}, {}, { phase: 'Unknown', ready: 'Unknown' }], [200, 200])?.replicas).toBe(2);
  });

  it('all pods pending, there is no sample to go by', () => {
    const pending = { phase: 'Pending', ready: null, startTimeMs: null } as const;
    expect(proposalOf([pending, pending], [900, 900])?.problem).toBe(
      'did not receive metrics for targeted pods (pods might be unready)',
    );
  });

  it('no pods at all, there is nothing to scale', () => {
    expect(proposalOf([], [900])?.problem).toBe('no pods returned by selector');
  });
});
