import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../contracts/hpa-spec.ts';
import { compileHpa } from './compile-hpa.ts';
import { defaultControllerFlags } from './controller-flags.ts';
import { externalAverage, hpaOf, specOf } from './fixtures/build-sync.ts';

const objectMetric = (target: Record<string, string>): MetricSpec =>
  ({
    type: 'Object',
    object: { describedObject: { kind: 'Service', name: 's' }, metric: { name: 'm' }, target },
  }) as unknown as MetricSpec;

describe('compileHpa fills in what the API server fills in', () => {
  // Expected: Kubernetes 1.37 pkg/apis/autoscaling/v2/defaults.go.
  it('one replica at least, and 80 % of the requested cpu', () => {
    const { scaleTargetRef } = specOf();
    const hpa = compileHpa(
      { scaleTargetRef, maxReplicas: 3 },
      { kubernetesVersion: '1.37.2', flags: defaultControllerFlags },
    );
    expect(hpa.minReplicas).toBe(1);
    expect(hpa.metrics).toMatchObject([
      { type: 'Resource', kind: 'utilization', resource: 'cpu', target: 80 },
    ]);
  });

  it('both directions of a behavior, be it empty', () => {
    expect(hpaOf({ behavior: {} }).behavior).toEqual({
      scaleUp: {
        stabilizationMs: 0,
        selectPolicy: 'Max',
        policies: [
          { isPercent: false, value: 4, periodMs: 15_000 },
          { isPercent: true, value: 100, periodMs: 15_000 },
        ],
        longestPeriodMs: 15_000,
      },
      scaleDown: {
        stabilizationMs: 300_000,
        selectPolicy: 'Max',
        policies: [{ isPercent: true, value: 100, periodMs: 15_000 }],
        longestPeriodMs: 15_000,
      },
    });
  });

  it('nothing of a behavior that is not there', () => {
    expect(hpaOf().behavior).toBeNull();
  });

  it('the downscale window from the controller’s flag', () => {
    const hpa = hpaOf({ behavior: {} }, { flags: { downscaleStabilizationSeconds: 60 } });
    expect(hpa.behavior?.scaleDown.stabilizationMs).toBe(60_000);
  });

  it('only what is missing of one direction', () => {
    const scaleDown = {
      selectPolicy: 'Min',
      policies: [{ type: 'Pods', value: 1, periodSeconds: 600 }],
    } as const;
    expect(
      hpaOf({ behavior: { scaleDown: { ...scaleDown, policies: [...scaleDown.policies] } } }).behavior,
    ).toMatchObject({
      scaleUp: { selectPolicy: 'Max' },
      scaleDown: { stabilizationMs: 300_000, selectPolicy: 'Min', longestPeriodMs: 600_000 },
    });
  });
});

describe('compileHpa reads a target', () => {
  it.each<[string, MetricSpec, object]>([
    ['of an External metric', externalAverage('1.5k'), { kind: 'averageValue', target: 1_500_000 }],
    [
      'of an Object metric, a value',
      objectMetric({ type: 'Value', value: '5' }),
      { kind: 'value', target: 5000 },
    ],
    [
      'of an Object metric, an average',
      objectMetric({ type: 'AverageValue', averageValue: '5' }),
      { kind: 'averageValue', target: 5000 },
    ],
    [
      'of an Object metric whose type names the other field: every sync fails on it',
      objectMetric({ type: 'AverageValue', value: '5' }),
      { kind: 'broken' },
    ],
    [
      'of a container, cpu with readiness rules',
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: 'app',
          target: { type: 'AverageValue', averageValue: '250m' },
        },
      },
      { kind: 'podAverage', resource: 'cpu', container: 'app', hasReadinessRules: true, target: 250 },
    ],
    [
      'of memory, without readiness rules',
      {
        type: 'Resource',
        resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Ki' } },
      },
      { kind: 'podAverage', resource: 'memory', hasReadinessRules: false, target: 1_024_000 },
    ],
    [
      'by its field even when the type says another one',
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Value', averageUtilization: 70 } } },
      { kind: 'utilization', target: 70 },
    ],
  ])('%s', (_, metric, expected) => {
    expect(hpaOf({ metrics: [metric] }).metrics[0]).toMatchObject(expected);
  });

  it('and refuses one that a float64 cannot hold exactly', () => {
    expect(() => hpaOf({ metrics: [externalAverage('10P')] })).toThrow(
      expect.objectContaining({
        code: 'BAD_HPA_SPEC',
        message:
          'spec.metrics[0].external.target.averageValue: 10P is no positive quantity below 2^53 milli-units',
      }),
    );
  });
});

describe('minReplicas 0', () => {
  const fromZero = { minReplicas: 0, metrics: [externalAverage('1')] };

  it('is refused before 1.37', () => {
    expect(() => hpaOf(fromZero, { kubernetesVersion: '1.36.2' })).toThrow(
      expect.objectContaining({
        code: 'BAD_HPA_SPEC',
        message: expect.stringContaining('spec.minReplicas: 0'),
      }),
    );
  });

  it('is accepted in 1.37, or with its gate on', () => {
    expect(hpaOf(fromZero).minReplicas).toBe(0);
    expect(
      hpaOf(fromZero, { kubernetesVersion: '1.30.1', featureGates: { HPAScaleToZero: true } }).minReplicas,
    ).toBe(0);
  });
});
