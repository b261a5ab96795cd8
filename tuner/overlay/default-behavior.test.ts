import { describe, expect, it } from 'vitest';
import type { HpaSpec } from '../contracts/hpa-spec.ts';
import { isDefaultBehavior } from './default-behavior.ts';

// Kubernetes 1.37 pkg/apis/autoscaling/v2/defaults.go; that a 1.37.2 server does so: apply-guide.e2e.test.ts.
const filledIn: NonNullable<HpaSpec['behavior']> = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  },
  scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
};

describe('isDefaultBehavior', () => {
  const cases: { name: string; behavior: HpaSpec['behavior']; expected: boolean }[] = [
    { name: 'nothing is the default', behavior: undefined, expected: true },
    { name: 'what the API server fills in is the default', behavior: filledIn, expected: true },
    {
      name: 'the order of policies does not matter',
      behavior: { scaleUp: { policies: [...(filledIn.scaleUp?.policies ?? [])].reverse() } },
      expected: true,
    },
    {
      name: 'a window of 300 s down is the controller’s own',
      behavior: { scaleDown: { stabilizationWindowSeconds: 300 } },
      expected: true,
    },
    {
      name: 'another window is not',
      behavior: { scaleDown: { stabilizationWindowSeconds: 240 } },
      expected: false,
    },
    { name: 'a tolerance is not', behavior: { scaleUp: { tolerance: '50m' } }, expected: false },
    {
      name: 'a forbidden direction is not',
      behavior: { scaleDown: { selectPolicy: 'Disabled' } },
      expected: false,
    },
    {
      name: 'fewer policies are not',
      behavior: { scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] } },
      expected: false,
    },
  ];
  it.each(cases)('$name', ({ behavior, expected }) => {
    expect(isDefaultBehavior(behavior)).toBe(expected);
  });
});
