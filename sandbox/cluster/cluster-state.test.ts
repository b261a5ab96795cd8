import { describe, expect, it } from 'vitest';
import { areNodesReady, hpaStates, podsNotReadyForLoad } from './cluster-state.ts';
import { describeWaiting } from './wait-until-ready-for-load.ts';

function answering(answers: Record<string, unknown>) {
  return {
    get: async (path: string) => {
      if (path in answers) return answers[path];
      throw new Error(`unexpected request for ${path}`);
    },
    create: async () => ({}),
    patch: async () => ({}),
    async *watch() {},
  };
}

const ready = [{ type: 'Ready', status: 'True' }];
const unready = [{ type: 'Ready', status: 'False' }];

describe('nodes', () => {
  const taints = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
  it.each([
    { name: 'are not ready while there are none', items: [], expected: false },
    {
      name: 'are not ready while one is not',
      items: [{ spec: {}, status: { conditions: unready } }],
      expected: false,
    },
    {
      name: 'are not ready while nothing can be scheduled on them',
      items: [{ spec: { taints }, status: { conditions: ready } }],
      expected: false,
    },
    { name: 'are ready otherwise', items: [{ spec: {}, status: { conditions: ready } }], expected: true },
  ])('$name', async ({ items, expected }) => {
    expect(await areNodesReady(answering({ '/api/v1/nodes': { items } }))).toBe(expected);
  });
});

describe('pods that are not ready for load', () => {
  const pod = (name: string, conditions: object[], deletionTimestamp?: string) => ({
    metadata: { name, ...(deletionTimestamp && { deletionTimestamp }) },
    status: { conditions },
  });
  const pods = [
    pod('old', unready, '2026-11-22T21:00:00Z'),
    pod('new', unready),
    pod('measured', ready),
    pod('silent', ready),
  ];
  const api = answering({
    '/api/v1/namespaces/dify/pods': { items: pods },
    '/apis/metrics.k8s.io/v1beta1/namespaces/dify/pods': { items: [{ metadata: { name: 'measured' } }] },
  });

  it('are those that start and those without metrics, but not those on their way out', async () => {
    expect(await podsNotReadyForLoad(api)).toEqual({ starting: ['new'], unmeasured: ['new', 'silent'] });
  });

  it('are named to whoever waits, starting ones first', () => {
    expect(describeWaiting(['new'], ['new', 'silent'])).toBe('1 pod starting: new');
    expect(describeWaiting([], ['a', 'b'])).toBe('2 pods without metrics: a, b');
  });
});

describe('HPAs', () => {
  const hpa = (status: object) => ({
    metadata: { name: 'my-dify-worker' },
    spec: {
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 60 } } },
        {
          type: 'External',
          external: { metric: { name: 'dify_workflow_queue_depth' }, target: { averageValue: '4' } },
        },
      ],
    },
    status,
  });
  const states = (status: object) =>
    hpaStates(
      answering({
        '/apis/autoscaling/v2/namespaces/dify/horizontalpodautoscalers': { items: [hpa(status)] },
      }),
    );

  it('show what the controller sees beside what it aims at', async () => {
    const currentMetrics = [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 35, averageValue: '350m' } },
      },
      {
        type: 'External',
        external: { metric: { name: 'dify_workflow_queue_depth' }, current: { averageValue: '12' } },
      },
    ];
    expect(await states({ currentReplicas: 2, desiredReplicas: 6, currentMetrics })).toEqual([
      {
        name: 'my-dify-worker',
        minReplicas: 1,
        maxReplicas: 10,
        currentReplicas: 2,
        desiredReplicas: 6,
        metrics: ['cpu 35% of 60%', 'dify_workflow_queue_depth 12 of 4'],
      },
    ]);
  });

  it('say unknown, not 0, for a metric without a value', async () => {
    const [state] = await states({ currentReplicas: 1, desiredReplicas: 0, currentMetrics: null });
    expect(state?.metrics).toEqual(['cpu unknown of 60%', 'dify_workflow_queue_depth unknown of 4']);
  });
});
