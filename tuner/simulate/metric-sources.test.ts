import { describe, expect, it } from 'vitest';
import { TuneError } from '../errors.ts';
import { exampleModel, exampleScaling } from './bench/example-deployment.ts';
import { prepareScaling } from './world.ts';

function errorOf(hpaSpec: Record<string, unknown>): TuneError {
  const worker = { hpaSpec, initialReplicas: 1, requestedMillicores: null };
  try {
    prepareScaling(exampleModel, { ...exampleScaling, worker });
  } catch (error) {
    if (error instanceof TuneError) return error;
    throw error;
  }
  throw new Error('the HPA was accepted');
}

const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'my-dify-worker' };
const target = { type: 'AverageValue', averageValue: '2' };

describe('an HPA that cannot be simulated', () => {
  it.each([
    {
      name: 'an External metric of another name',
      metric: { type: 'External', external: { metric: { name: 'celery_queue' }, target } },
      path: 'worker: spec.metrics[0].external.metric.name: no values of "celery_queue"',
    },
    {
      name: 'a Pods metric',
      metric: { type: 'Pods', pods: { metric: { name: 'in_flight' }, target } },
      path: 'worker: spec.metrics[0].pods.metric.name: no values of "in_flight"',
    },
    {
      name: 'a resource nobody measures',
      metric: { type: 'Resource', resource: { name: 'nvidia.com/gpu', target } },
      path: 'worker: spec.metrics[0].resource.name: no usage of "nvidia.com/gpu"',
    },
  ])('names the field of $name', ({ metric, path }) => {
    const error = errorOf({ scaleTargetRef, maxReplicas: 3, metrics: [metric] });
    expect(error.code).toBe('METRIC_NOT_RECORDED');
    expect(error.message).toContain(path);
    expect(error.exitCode).toBe(2);
    expect(error.next).toContain('dify_workflow_queue_depth');
  });

  it('names every metric that was not recorded at once', () => {
    const metric = (name: string) => ({ type: 'External', external: { metric: { name }, target } });
    const { message } = errorOf({ scaleTargetRef, maxReplicas: 3, metrics: [metric('a'), metric('b')] });
    expect(message).toContain('metrics[0]');
    expect(message).toContain('metrics[1]');
  });

  it.each([
    { name: 'min above max', spec: { minReplicas: 5, maxReplicas: 3 }, path: 'worker: spec.maxReplicas' },
    { name: 'a negative count', spec: { minReplicas: -1, maxReplicas: 3 }, path: 'worker: spec.minReplicas' },
    { name: 'no number', spec: { maxReplicas: Number.NaN }, path: 'worker: spec.maxReplicas' },
    {
      name: 'an unknown metric type',
      spec: { maxReplicas: 3, metrics: [{ type: 'Guess' }] },
      path: 'worker: spec.metrics[0].type',
    },
  ])('refuses $name by the path of the field', ({ spec, path }) => {
    const error = errorOf({ scaleTargetRef, ...spec });
    expect(error.code).toBe('BAD_HPA_SPEC');
    expect(error.message).toContain(path);
  });
});
