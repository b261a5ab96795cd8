import { describe, expect, it } from 'vitest';
import { specOf } from './fixtures/build-sync.ts';
import { parseHpaSpec } from './parse-hpa-spec.ts';

const target = { type: 'Utilization', averageUtilization: 50 };
const refusal = (spec: unknown): string => {
  try {
    parseHpaSpec(spec, 'hpa.yaml: spec');
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_HPA_SPEC', exitCode: 2 });
    return (error as Error).message;
  }
  return '';
};

describe('parseHpaSpec accepts', () => {
  it('a spec as kubectl writes it, null fields left out', () => {
    const spec = {
      ...specOf(),
      behavior: null,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    };
    expect(parseHpaSpec(spec, 'spec')).toEqual({ ...specOf(), metrics: spec.metrics });
  });

  it('a quantity that YAML read as a number', () => {
    const external = { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: 30 } };
    const spec = specOf({ metrics: [{ type: 'External', external }] as never });
    expect(parseHpaSpec(spec, 'spec').metrics).toEqual(spec.metrics);
  });
});

describe('parseHpaSpec refuses what the API server refuses, by the field’s path', () => {
  // Expected: Kubernetes 1.37 pkg/apis/autoscaling/validation/validation.go.
  const external = (targetOf: object) => ({
    metrics: [{ type: 'External', external: { metric: { name: 'q' }, target: targetOf } }],
  });
  const resource = (targetOf: object) => ({
    metrics: [{ type: 'Resource', resource: { name: 'cpu', target: targetOf } }],
  });
  const scaleUp = (rules: object) => ({ behavior: { scaleUp: rules } });

  it.each<[string, object, string]>([
    [
      'min above max',
      { minReplicas: 5, maxReplicas: 3 },
      'hpa.yaml: spec.maxReplicas: 3 must be greater than or equal to minReplicas (5)',
    ],
    [
      'a negative minimum',
      { minReplicas: -1 },
      'spec.minReplicas: Too small: expected number to be >=0, got -1',
    ],
    ['no maximum', { maxReplicas: null }, 'spec.maxReplicas: '],
    ['a fraction of a replica', { maxReplicas: 2.5 }, 'spec.maxReplicas: '],
    ['a number that is none', { maxReplicas: Number.NaN }, 'spec.maxReplicas: '],
    ['a count beyond int32', { maxReplicas: 2 ** 31 }, 'spec.maxReplicas: '],
    [
      'scaling to zero by cpu',
      { minReplicas: 0 },
      'spec.metrics: must have an Object or External metric when minReplicas is 0',
    ],
    [
      'an unknown metric type',
      { metrics: [{ type: 'Redis' }] },
      'spec.metrics[0].type: unknown metric type "Redis"; there are Resource,',
    ],
    [
      'two sources in one metric',
      { metrics: [{ type: 'Resource', resource: { name: 'cpu', target }, pods: {} }] },
      'spec.metrics[0]: Unrecognized key: "pods"',
    ],
    ['a source that is missing', { metrics: [{ type: 'Resource' }] }, 'spec.metrics[0].resource: '],
    [
      'no target',
      resource({ type: 'Utilization' }),
      'spec.metrics[0].resource.target: must set either averageUtilization or averageValue',
    ],
    [
      'two targets',
      resource({ ...target, averageValue: '1' }),
      'spec.metrics[0].resource.target: must set either',
    ],
    [
      'a target of 0 %',
      resource({ type: 'Utilization', averageUtilization: 0 }),
      'spec.metrics[0].resource.target.averageUtilization: ',
    ],
    [
      'an unknown target type',
      resource({ ...target, type: 'Percent' }),
      'spec.metrics[0].resource.target.type: ',
    ],
    [
      'a target of zero',
      external({ type: 'Value', value: '0' }),
      'spec.metrics[0].external.target.value: must be positive',
    ],
    [
      'a negative target',
      external({ type: 'Value', value: '-5' }),
      'spec.metrics[0].external.target.value: must be positive',
    ],
    [
      'no quantity',
      external({ type: 'Value', value: '5 GB' }),
      'spec.metrics[0].external.target.value: is not a Kubernetes quantity',
    ],
    [
      'a window beyond an hour',
      scaleUp({ stabilizationWindowSeconds: 3601 }),
      'spec.behavior.scaleUp.stabilizationWindowSeconds: ',
    ],
    [
      'a period beyond half an hour',
      scaleUp({ policies: [{ type: 'Pods', value: 1, periodSeconds: 1801 }] }),
      'spec.behavior.scaleUp.policies[0].periodSeconds: ',
    ],
    [
      'a policy of nothing',
      scaleUp({ policies: [{ type: 'Pods', value: 0, periodSeconds: 15 }] }),
      'spec.behavior.scaleUp.policies[0].value: ',
    ],
    ['no policies', scaleUp({ policies: [] }), 'spec.behavior.scaleUp.policies: '],
    ['an unknown selectPolicy', scaleUp({ selectPolicy: 'Most' }), 'spec.behavior.scaleUp.selectPolicy: '],
    [
      'a negative tolerance',
      scaleUp({ tolerance: '-10m' }),
      'spec.behavior.scaleUp.tolerance: must not be negative',
    ],
    ['a misspelt key', { behavior: { scaleup: {} } }, 'spec.behavior: Unrecognized key: "scaleup"'],
    ['a target without a name', { scaleTargetRef: { kind: 'Deployment' } }, 'spec.scaleTargetRef.name: '],
  ])('%s', (_, change, message) => {
    expect(refusal({ ...specOf(), ...change })).toContain(message);
  });

  it('all at once', () => {
    const lines = refusal({ ...specOf(), maxReplicas: 'many', metrics: [{ type: 'Redis' }] }).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe(
      'hpa.yaml: spec.maxReplicas: Invalid input: expected number, received string, got "many"',
    );
  });

  it('something that is no spec at all', () => {
    expect(refusal(undefined)).toContain('hpa.yaml: spec: ');
    expect(refusal([])).toContain('hpa.yaml: spec: ');
  });
});
