import { describe, expect, it } from 'vitest';
import type { VersionRules } from './types.ts';
import { versionRules } from './version-rules.ts';

describe('versionRules', () => {
  // Expected: the sources named in docs/hpa.md, "Versions".
  it.each<[keyof VersionRules, string, string]>([
    ['deadBandByBounds', '1.32.11', '1.33.0'],
    ['configurableTolerance', '1.34.3', '1.35.0'],
    ['scaleToZero', '1.36.9', '1.37.0'],
    ['remembersScaledToZero', '1.35.9', '1.36.0'],
    ['capsExternalAverage', '1.33.7', '1.34.0'],
    ['capsValueRatio', '1.34.3', '1.35.0'],
    ['requiresContainer', '1.34.3', '1.35.0'],
    ['podLevelRequests', '1.33.7', '1.34.0'],
    ['syncsAtOnce', '1.36.9', '1.37.0'],
  ])('%s does not hold in %s and holds in %s', (rule, before, since) => {
    expect(versionRules(before)[rule]).toBe(false);
    expect(versionRules(since)[rule]).toBe(true);
  });

  it('lets a gate be set, where the version has it', () => {
    expect(versionRules('1.33.0', { HPAConfigurableTolerance: true }).configurableTolerance).toBe(true);
    expect(versionRules('1.32.0', { HPAConfigurableTolerance: true }).configurableTolerance).toBe(false);
    expect(versionRules('1.37.0', { HPAConfigurableTolerance: false }).configurableTolerance).toBe(true);
    expect(versionRules('1.37.0', { HPAScaleToZero: false }).scaleToZero).toBe(false);
    expect(versionRules('1.30.0', { HPAScaleToZero: true }).scaleToZero).toBe(true);
    expect(versionRules('1.36.0', { PodLevelResources: false }).podLevelRequests).toBe(false);
  });

  it.each(['v1.37.2', '1.37', 'v1.37.2-eks-abc', '1.38.0', '1.37.0+k3s1'])('takes %s for 1.37', (version) => {
    expect(versionRules(version)).toEqual(versionRules('1.37.2'));
  });

  it.each(['', 'latest', '1.29.4', '2.1.0', '1.x'])('refuses %j', (version) => {
    expect(() => versionRules(version)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_KUBERNETES_VERSION', exitCode: 2 }),
    );
  });
});
