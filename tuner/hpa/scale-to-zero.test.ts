import { describe, expect, it } from 'vitest';
import { cpuUtilization, externalAverage, hpaOf, reasonsOf, syncOf } from './fixtures/build-sync.ts';
import { reconcile } from './reconcile.ts';
import { createHpaState } from './state.ts';
import type { CompiledHpa } from './types.ts';

const queue = (specReplicas: number, milli: number) =>
  syncOf(specReplicas, 0, { metrics: [{ values: [milli] }] });
const immediately = { scaleDown: { stabilizationWindowSeconds: 0 } };
const fromZero = { minReplicas: 0, metrics: [externalAverage('10')], behavior: immediately };
const scaledToZero = {
  conditions: [{ type: 'ScaledToZero', status: 'True', reason: 'ScaledToZero' }],
} as const;

function emptied(hpa: CompiledHpa) {
  const state = createHpaState();
  reconcile(hpa, state, { ...queue(2, 0), atMs: 0 });
  return { state, decision: reconcile(hpa, state, { ...queue(2, 0), atMs: 1 }) };
}

describe('in 1.37', () => {
  // Expected: horizontal.go, shouldComputeMetricsForZeroReplicas and reconcileAutoscaler.
  const hpa = hpaOf(fromZero);

  it('goes to zero when the queue is empty, and says so', () => {
    const { decision } = emptied(hpa);
    expect(decision.scaledTo).toBe(0);
    expect(decision.conditions.at(-1)).toEqual({
      type: 'ScaledToZero',
      status: 'True',
      reason: 'ScaledToZero',
    });
  });

  it('comes back from there, past tolerance and ready pods', () => {
    const { state } = emptied(hpa);
    const decision = reconcile(hpa, state, { ...queue(0, 1), atMs: 2, pods: [] });
    expect(decision.scaledTo).toBe(1);
    expect(reasonsOf(decision.conditions).ScaledToZero).toBe('NotScaledToZero');
  });

  it('leaves a target alone that somebody else scaled to zero', () => {
    const decision = reconcile(hpa, createHpaState(), queue(0, 90_000));
    expect(decision).toMatchObject({ scaledTo: null, desiredReplicas: 0, proposals: [] });
    expect(reasonsOf(decision.conditions).ScalingActive).toBe('ScalingDisabled');
  });

  it('goes to a minimum that was raised meanwhile', () => {
    const { state } = emptied(hpa);
    const raised = hpaOf({ ...fromZero, minReplicas: 3 });
    expect(reconcile(raised, state, { ...queue(0, 0), atMs: 2 }).scaledTo).toBe(3);
  });

  it('does not come back by cpu, of which there is none at zero', () => {
    const byCpu = { ...hpaOf({ minReplicas: 1, metrics: [cpuUtilization(50)] }), minReplicas: 0 };
    const decision = reconcile(byCpu, createHpaState(scaledToZero), syncOf(0, 0));
    expect(reasonsOf(decision.conditions).ScalingActive).toBe('ScalingDisabled');
  });
});

describe('in 1.36', () => {
  it('with the gate works as in 1.37', () => {
    const hpa = hpaOf(fromZero, { kubernetesVersion: '1.36.0', featureGates: { HPAScaleToZero: true } });
    expect(reasonsOf(emptied(hpa).decision.conditions).ScaledToZero).toBe('ScaledToZero');
  });

  it('without the gate drops the condition that a newer control plane left, at the next rescale', () => {
    const hpa = hpaOf({ metrics: [externalAverage('10')] }, { kubernetesVersion: '1.36.0' });
    const decision = reconcile(hpa, createHpaState(scaledToZero), queue(2, 90_000));
    expect(decision.scaledTo).toBe(4);
    expect(reasonsOf(decision.conditions)).not.toHaveProperty('ScaledToZero');
  });

  it('without the gate drops it at zero too, and stays there', () => {
    const hpa = hpaOf({ metrics: [externalAverage('10')] }, { kubernetesVersion: '1.36.0' });
    const decision = reconcile(hpa, createHpaState(scaledToZero), queue(0, 90_000));
    expect(reasonsOf(decision.conditions)).toEqual({
      AbleToScale: 'SucceededGetScale',
      ScalingActive: 'ScalingDisabled',
    });
  });
});

describe('before 1.36', () => {
  const gated = { kubernetesVersion: '1.35.0', featureGates: { HPAScaleToZero: true } } as const;

  it('comes back from any zero once minReplicas is 0, and has no condition for it', () => {
    const decision = reconcile(hpaOf(fromZero, gated), createHpaState(), queue(0, 25_000));
    expect(decision.scaledTo).toBe(3);
    expect(reasonsOf(decision.conditions)).not.toHaveProperty('ScaledToZero');
  });

  it('stays at zero otherwise', () => {
    const decision = reconcile(
      hpaOf({ ...fromZero, minReplicas: 1 }, gated),
      createHpaState(),
      queue(0, 25_000),
    );
    expect(reasonsOf(decision.conditions).ScalingActive).toBe('ScalingDisabled');
  });
});
