import { describe, expect, it } from 'vitest';
import { readPod } from './read-pod.ts';

/** A pod as an API server sends it, shortened to what could matter. */
const pod = {
  metadata: {
    uid: 'u1',
    name: 'my-dify-api-5c9',
    labels: { 'app.kubernetes.io/instance': 'my-dify', component: 'api' },
  },
  spec: {
    terminationGracePeriodSeconds: 60,
    containers: [
      {
        name: 'api',
        env: [
          { name: 'SERVER_WORKER_AMOUNT', value: '2' },
          { name: 'SECRET', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
        resources: { limits: { cpu: '1500m', memory: '2Gi' } },
      },
    ],
  },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};

describe('readPod', () => {
  it('reads component, state, environment and limit', () => {
    expect(readPod(pod)).toEqual({
      uid: 'u1',
      name: 'my-dify-api-5c9',
      component: 'api',
      isRunning: true,
      isReady: true,
      isTerminating: false,
      graceSeconds: 60,
      env: { SERVER_WORKER_AMOUNT: '2', SECRET: '' },
      cpuLimitCores: 1.5,
    });
  });

  it.each([
    {
      name: 'not Ready while it starts',
      change: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] } },
      expected: { isRunning: true, isReady: false },
    },
    {
      name: 'not running before kubelet has seen it',
      change: { status: { phase: 'Pending' } },
      expected: { isRunning: false, isReady: false },
    },
    {
      name: 'terminating with the grace it was deleted with',
      change: {
        metadata: {
          ...pod.metadata,
          deletionTimestamp: '2026-11-22T21:00:00Z',
          deletionGracePeriodSeconds: 5,
        },
      },
      expected: { isTerminating: true, graceSeconds: 5 },
    },
    {
      name: 'without a limit when it has none',
      change: { spec: { containers: [{ name: 'api' }] } },
      expected: { cpuLimitCores: null, env: {}, graceSeconds: 30 },
    },
  ])('says $name', ({ change, expected }) => {
    expect(readPod({ ...pod, ...change })).toMatchObject(expected);
  });

  it('passes over other components', () => {
    const web = { ...pod, metadata: { ...pod.metadata, labels: { component: 'web' } } };
    expect(readPod(web)).toBeNull();
  });
});
