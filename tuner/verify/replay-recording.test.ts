import { describe, expect, it } from 'vitest';
import type { ClusterSample } from '../contracts/cluster-sample.ts';
import { replayRecording } from './replay-recording.ts';

const spec = {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'my-dify-api' },
  minReplicas: 1,
  maxReplicas: 10,
  metrics: [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
  ],
};

function hpa(
  atSeconds: number,
  resourceVersion: string,
  desiredReplicas: number,
  currentReplicas = 1,
): ClusterSample {
  return {
    type: 'hpa',
    atSeconds,
    component: 'api',
    name: 'my-dify-api',
    resourceVersion,
    spec,
    currentReplicas,
    desiredReplicas,
    currentMetrics: [{ at: atSeconds }],
    conditions: [],
    lastScaleAtSeconds: null,
  };
}

const pods: ClusterSample = {
  type: 'pods',
  atSeconds: 0,
  component: 'api',
  resourceVersion: '5',
  pods: [
    {
      name: 'p1',
      phase: 'Running',
      ready: true,
      readyStatus: 'True',
      readyTransitionAtSeconds: -900,
      createdAtSeconds: -1000,
      scheduledAtSeconds: -1000,
      startAtSeconds: -1000,
      deletedAtSeconds: null,
      node: 'n1',
      restarts: 0,
      requests: { api: { cpu: 1000 } },
      podRequests: null,
    },
  ],
};

function usage(atSeconds: number, cpuMillicores: number): ClusterSample {
  return {
    type: 'usage',
    atSeconds,
    component: 'api',
    previousReadAtSeconds: atSeconds - 2,
    pods: [
      {
        name: 'p1',
        timestampAtSeconds: atSeconds - 1,
        windowSeconds: 15,
        containers: { api: { cpuMillicores, memoryBytes: 1 } },
      },
    ],
  };
}

describe('replayRecording', () => {
  // 1,000 of 1,000 millicores against a target of 50 %: twice the replicas (replica_calculator.go, usage ratio 2.0).
  const base = [pods, usage(10, 1000), hpa(0, '10', 1)];

  it('finds no mismatch where the controller did what the rules say', () => {
    const [replay] = replayRecording([...base, hpa(15, '12', 2)], '1.37.2');
    expect(replay).toMatchObject({
      component: 'api',
      hpaName: 'my-dify-api',
      syncs: 1,
      mismatches: 0,
      mismatchRatio: 0,
    });
  });

  it('reports a sync at which the recording says otherwise', () => {
    const [replay] = replayRecording([...base, hpa(15, '12', 5)], '1.37.2');
    expect(replay).toMatchObject({ syncs: 1, mismatches: 1, mismatchRatio: 1 });
    expect(replay?.examples[0]).toEqual({
      atSeconds: 15,
      recordedDesired: 5,
      modelDesired: 2,
      note: 'with 1 replica, cpu asked for 2',
    });
  });

  it('says of a sync that differs which metrics told nothing, and where the reasons differ', () => {
    const conditions = [
      {
        type: 'ScalingActive',
        status: 'True',
        reason: 'ValidMetricFound',
        message: '',
        lastTransitionAtSeconds: 1,
      },
    ];
    const withoutUsage = [pods, hpa(0, '10', 1), { ...hpa(15, '12', 3), conditions } as ClusterSample];
    expect(replayRecording(withoutUsage, '1.37.2')[0]?.examples[0]?.note).toBe(
      'with 1 replica, cpu told nothing (the metrics API answered an error or nothing); ScalingActive: ValidMetricFound, the model: FailedGetResourceMetric',
    );
  });

  it('reads usage that was there before the sync, not what came later', () => {
    const later = [...base, hpa(15, '12', 2), usage(40, 100)];
    expect(replayRecording(later, '1.37.2')[0]?.mismatches).toBe(0);
  });

  it('takes of two samples around the sync the one that the status tells of, whatever unit it is written in', () => {
    const metrics = [
      {
        type: 'External',
        external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '1k' } },
      },
    ];
    const queue = (atSeconds: number, value: number): ClusterSample => ({
      type: 'externalMetric',
      atSeconds,
      name: 'queue',
      selector: '',
      previousReadAtSeconds: atSeconds - 4,
      values: [{ labels: {}, milliValue: value * 1000, timestampAtSeconds: atSeconds }],
    });
    const external = (sample: ClusterSample, average: string | null): ClusterSample =>
      sample.type === 'hpa'
        ? {
            ...sample,
            spec: { ...spec, metrics },
            currentMetrics: average === null ? [] : [{ external: { current: { averageValue: average } } }],
          }
        : sample;
    const samples = [
      pods,
      queue(10, 1000),
      queue(16, 4000),
      external(hpa(0, '10', 1), null),
      external(hpa(15, '12', 4), '4k'),
    ];
    expect(replayRecording(samples, '1.37.2')[0]).toMatchObject({ syncs: 1, mismatches: 0 });
  });

  it('has nothing to say of an HPA without a sync', () => {
    expect(replayRecording([pods, hpa(0, '10', 1)], '1.37.2')[0]).toMatchObject({
      syncs: 0,
      mismatchRatio: null,
    });
  });
});
