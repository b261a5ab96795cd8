import { describe, expect, it } from 'vitest';
import { isWithinTolerance } from './dead-band.ts';
import { hpaOf } from './fixtures/build-sync.ts';

const behavior = { scaleUp: { tolerance: '0' }, scaleDown: { tolerance: '330m' } };

describe('the dead band', () => {
  // Expected: float64 arithmetic of Go, 1.0-1.1 being -0.10000000000000009.
  it('holds a ratio of 1.1 since 1.33 and did not before', () => {
    expect(isWithinTolerance(1.1, hpaOf({}, { kubernetesVersion: '1.33.0' }))).toBe(true);
    expect(isWithinTolerance(1.1, hpaOf({}, { kubernetesVersion: '1.32.9' }))).toBe(false);
  });

  it.each(['1.32.0', '1.33.0'])('holds 0.9 and lets go of what lies beyond, in %s', (kubernetesVersion) => {
    const hpa = hpaOf({}, { kubernetesVersion });
    expect(isWithinTolerance(0.9, hpa)).toBe(true);
    expect(isWithinTolerance(0.89, hpa)).toBe(false);
    expect(isWithinTolerance(1.11, hpa)).toBe(false);
  });

  it('never holds a ratio that is no number', () => {
    expect(isWithinTolerance(Number.NaN, hpaOf())).toBe(false);
    expect(isWithinTolerance(Number.NaN, hpaOf({}, { kubernetesVersion: '1.32.0' }))).toBe(false);
  });

  it('has the spec’s width in either direction since 1.35', () => {
    const hpa = hpaOf({ behavior }, { kubernetesVersion: '1.35.0' });
    expect(isWithinTolerance(1.01, hpa)).toBe(false);
    expect(isWithinTolerance(0.7, hpa)).toBe(true);
  });

  it('has the controller’s width before 1.35, unless the gate is on', () => {
    expect(isWithinTolerance(1.05, hpaOf({ behavior }, { kubernetesVersion: '1.34.0' }))).toBe(true);
    const gated = hpaOf(
      { behavior },
      { kubernetesVersion: '1.34.0', featureGates: { HPAConfigurableTolerance: true } },
    );
    expect(isWithinTolerance(1.05, gated)).toBe(false);
  });

  it('has the controller’s width in the direction that the spec leaves out', () => {
    const hpa = hpaOf({ behavior: { scaleUp: { tolerance: '0' } } }, { flags: { tolerance: 0.25 } });
    expect(isWithinTolerance(0.76, hpa)).toBe(true);
    expect(isWithinTolerance(1.01, hpa)).toBe(false);
  });
});
