import { describe, expect, it } from 'vitest';
import { formatStatus } from './format-status.ts';
import type { SandboxStatus } from './sandbox-status.ts';

const status: SandboxStatus = {
  name: 'default',
  folder: '/f',
  state: 'up',
  endedBecause: null,
  world: '/w/comfortable.yaml',
  url: 'http://127.0.0.1:4000',
  upSeconds: 5.68,
  components: [
    { component: 'etcd', pid: 12, port: 20_001, state: 'running', memoryBytes: 104_857_600, log: null },
    { component: 'watchdog', pid: 13, port: null, state: 'gone', memoryBytes: null, log: null },
  ],
  deployments: [{ name: 'my-dify-api', replicas: 2, readyReplicas: 1 }],
  hpas: [
    {
      name: 'my-dify-api',
      minReplicas: 2,
      maxReplicas: 8,
      currentReplicas: 2,
      desiredReplicas: 4,
      metrics: ['cpu 80% of 60%'],
    },
  ],
  clusterError: null,
};

describe('the status', () => {
  it('shows components, replicas and what the HPAs see, in columns', () => {
    expect(formatStatus(status).split('\n')).toEqual([
      'sandbox "default" is up, http://127.0.0.1:4000, was up in 5.7 s',
      'world /w/comfortable.yaml',
      '',
      'COMPONENT  PID  PORT   STATE    MEMORY',
      'etcd       12   20001  running  100 MiB',
      'watchdog   13   -      gone     -',
      'together                        100 MiB',
      '',
      'DEPLOYMENT   READY',
      'my-dify-api  1/2',
      '',
      'HPA          RANGE  CURRENT  DESIRED  METRICS',
      'my-dify-api  2-8    2        4        cpu 80% of 60%',
    ]);
  });

  it('says why the cluster has nothing to say', () => {
    const silent = { ...status, deployments: null, hpas: null, clusterError: 'it is still starting' };
    expect(formatStatus(silent)).toContain('cluster: not asked, it is still starting');
  });
});
