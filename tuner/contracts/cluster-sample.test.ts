import { describe, expect, it } from 'vitest';
import { type ClusterSampleOf, knownDesiredReplicas } from './cluster-sample.ts';

function hpa(
  desiredReplicas: number,
  scalingActive: { status: string; reason: string } | null,
  lastScaleAtSeconds: number | null = null,
): ClusterSampleOf<'hpa'> {
  const condition = scalingActive && {
    type: 'ScalingActive',
    ...scalingActive,
    message: '',
    lastTransitionAtSeconds: null,
  };
  return {
    type: 'hpa',
    atSeconds: 0,
    component: 'api',
    name: 'x',
    resourceVersion: '1',
    spec: {},
    currentReplicas: 1,
    desiredReplicas,
    currentMetrics: [],
    conditions: condition ? [condition] : [],
    lastScaleAtSeconds,
  };
}

const noMetrics = { status: 'False', reason: 'FailedGetResourceMetric' };

describe('knownDesiredReplicas', () => {
  it.each([
    { name: 'an HPA that was never synced', given: hpa(0, null), expected: null },
    { name: 'one whose metrics have failed since it began', given: hpa(0, noMetrics), expected: null },
    { name: 'one whose metrics fail after it had scaled to 0', given: hpa(0, noMetrics, 12), expected: 0 },
    { name: 'one whose metrics fail later', given: hpa(3, noMetrics), expected: 3 },
    {
      name: 'a Deployment at 0 by hand',
      given: hpa(0, { status: 'False', reason: 'ScalingDisabled' }),
      expected: 0,
    },
    {
      name: 'one that asks for 0',
      given: hpa(0, { status: 'True', reason: 'ValidMetricFound' }),
      expected: 0,
    },
  ])('of $name', ({ given, expected }) => {
    expect(knownDesiredReplicas(given)).toBe(expected);
  });
});
