import { describe, expect, it } from 'vitest';
import { loadWorld } from '../worlds/load-world.ts';
import type { World } from '../worlds/world.ts';
import { releaseManifests } from './release-manifests.ts';
import { resolveWorldFile } from './world-file.ts';

const slots = loadWorld(resolveWorldFile('slots-and-queue-bound'));

function withApi(change: Partial<World['cluster']['api']>): World {
  return { ...slots, cluster: { ...slots.cluster, api: { ...slots.cluster.api, ...change } } };
}

describe('the objects of the release', () => {
  it('are named and labelled as the chart names and labels them', () => {
    const { deployments, autoscalers, surroundings } = releaseManifests(slots);
    expect(deployments.map(({ metadata }) => metadata?.name)).toEqual(['my-dify-api', 'my-dify-worker']);
    expect(autoscalers.map(({ metadata }) => metadata?.name)).toEqual(['my-dify-api', 'my-dify-worker']);
    expect(deployments[1]?.spec?.template.metadata?.labels).toEqual({
      'app.kubernetes.io/name': 'dify',
      'app.kubernetes.io/instance': 'my-dify',
      component: 'worker',
    });
    expect(surroundings.map(({ kind }) => kind)).toEqual(['Namespace', 'Secret', 'Service']);
  });

  it('allow load in their namespace', () => {
    expect(releaseManifests(slots).surroundings[0]?.metadata).toMatchObject({
      name: 'dify',
      annotations: { 'tune.dify.ai/testable': 'true' },
    });
  });

  it('select by labels the pods have', () => {
    for (const { spec } of releaseManifests(slots).deployments) {
      expect(spec?.template.metadata?.labels).toMatchObject(spec?.selector.matchLabels ?? {});
    }
  });

  it('carry what the world sets: replicas, environment, resources, grace', () => {
    const [api, worker] = releaseManifests(slots).deployments;
    expect(api?.spec?.replicas).toBe(2);
    expect(api?.spec?.template.spec?.terminationGracePeriodSeconds).toBe(30);
    const container = api?.spec?.template.spec?.containers[0];
    expect(container?.name).toBe('api');
    expect(container?.env).toContainEqual({ name: 'SERVER_WORKER_CONNECTIONS', value: '10' });
    expect(container?.resources).toEqual({
      requests: { cpu: '1000m', memory: '1024Mi' },
      limits: { cpu: '1000m', memory: '3072Mi' },
    });
    expect(worker?.spec?.template.spec?.containers[0]?.env?.[0]).toEqual({ name: 'MODE', value: 'worker' });
  });

  it('have no requests where the world has none, as with the chart left at its defaults', () => {
    const [api] = releaseManifests(withApi({ requests: null, limits: null })).deployments;
    expect(api?.spec?.template.spec?.containers[0]?.resources).toEqual({});
  });
});

describe('the HPAs', () => {
  it('divide the one queue by the replicas: an External metric with AverageValue', () => {
    const [, worker] = releaseManifests(slots).autoscalers;
    expect(worker?.spec?.metrics).toEqual([
      {
        type: 'External',
        external: {
          metric: { name: 'dify_workflow_queue_depth' },
          target: { type: 'AverageValue', averageValue: '8' },
        },
      },
    ]);
  });

  it('list CPU before the queue when the world has both', () => {
    const hpa = {
      minReplicas: 2,
      maxReplicas: 9,
      cpuTargetPercent: 60,
      queueTargetPerReplica: 4,
      behavior: null,
    };
    const [api] = releaseManifests(withApi({ hpa })).autoscalers;
    expect(api?.spec?.metrics?.map(({ type }) => type)).toEqual(['Resource', 'External']);
    expect(api?.spec).toMatchObject({ minReplicas: 2, maxReplicas: 9 });
  });

  it('leave behavior out where the world has none, so that the API server fills in its defaults', () => {
    expect(releaseManifests(slots).autoscalers[0]?.spec).not.toHaveProperty('behavior');
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    const hpa = { ...(slots.cluster.api.hpa ?? never()), behavior };
    expect(releaseManifests(withApi({ hpa })).autoscalers[0]?.spec?.behavior).toEqual(behavior);
  });

  it('are absent for a component without one', () => {
    const { autoscalers } = releaseManifests(withApi({ hpa: null }));
    expect(autoscalers.map(({ metadata }) => metadata?.name)).toEqual(['my-dify-worker']);
  });
});

function never(): never {
  throw new Error('the world has an HPA for the API');
}
