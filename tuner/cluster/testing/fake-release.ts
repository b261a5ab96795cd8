import { type Target, targetSchema } from '../../contracts/config.ts';
import type { FakeApiServer } from './fake-api-server.ts';

const namespace = 'dify';

/** Where the API serves each kind. */
export const collections = {
  deployments: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  hpas: `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`,
  pods: `/api/v1/namespaces/${namespace}/pods`,
  events: `/api/v1/namespaces/${namespace}/events`,
  podMetrics: `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`,
  queueMetric: `/apis/external.metrics.k8s.io/v1beta1/namespaces/${namespace}/dify_workflow_queue_depth`,
  namespace: `/api/v1/namespaces/${namespace}`,
};

/** A release `my-dify` with api and worker, in a namespace that may be loaded. */
export function installFakeRelease(server: FakeApiServer): void {
  server.answer(collections.namespace, {
    metadata: { name: namespace, annotations: { 'tune.dify.ai/testable': 'true' } },
  });
  for (const component of ['api', 'worker']) {
    server.put(collections.deployments, fakeDeployment(component));
    server.put(collections.hpas, fakeHpa(component));
    server.put(collections.pods, fakePod(component, 'a1'));
  }
  server.put(collections.events, fakeEvent());
  server.answer(collections.podMetrics, { items: [] });
  server.answer(collections.queueMetric, { items: [] });
}

export function fakeTarget(server: FakeApiServer, fields: object = {}): Target {
  return targetSchema.parse({
    kubeconfig: server.kubeconfig(),
    namespace,
    release: 'my-dify',
    url: 'http://127.0.0.1:9',
    testable: true,
    queueMetric: { name: 'dify_workflow_queue_depth' },
    ...fields,
  });
}

export function fakeDeployment(component: string, replicas = 1) {
  return {
    metadata: {
      name: `my-dify-${component}`,
      labels: { 'helm.sh/chart': 'dify-0.38.0-rc2' },
    },
    spec: {
      replicas,
      selector: { matchLabels: { 'app.kubernetes.io/instance': 'my-dify', component } },
      template: {
        spec: {
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: component,
              image: 'langgenius/dify-api:1.13.0',
              resources: { requests: { cpu: '500m', memory: '1Gi' } },
              env: [{ name: 'SERVER_WORKER_CONNECTIONS', value: '10' }],
            },
          ],
        },
      },
    },
    status: { replicas, readyReplicas: replicas, observedGeneration: 1 },
  };
}

export function fakeHpa(component: string, status: object = {}) {
  return {
    metadata: { name: `my-dify-${component}` },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: `my-dify-${component}` },
      minReplicas: 1,
      maxReplicas: 5,
    },
    status: {
      currentReplicas: 1,
      desiredReplicas: 1,
      conditions: [{ type: 'AbleToScale', status: 'True', reason: 'ReadyForNewScale', message: '' }],
      ...status,
    },
  };
}

export function fakePod(component: string, suffix: string, fields: { ready?: boolean; cpu?: string } = {}) {
  const ready = fields.ready ?? true;
  const stamp = '2026-11-22T21:00:00Z';
  return {
    metadata: {
      name: `my-dify-${component}-7c9d-${suffix.padEnd(5, 'x')}`,
      labels: { 'app.kubernetes.io/instance': 'my-dify', component },
      creationTimestamp: stamp,
    },
    spec: {
      nodeName: 'node-0',
      containers: [
        { name: component, resources: { requests: { cpu: fields.cpu ?? '500m', memory: '1Gi' } } },
      ],
    },
    status: {
      phase: 'Running',
      startTime: stamp,
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: stamp },
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: stamp },
      ],
      containerStatuses: [{ name: component, restartCount: 0 }],
    },
  };
}

function fakeEvent() {
  return {
    metadata: { name: 'rescaled', creationTimestamp: '2026-11-22T20:50:00Z' },
    involvedObject: { kind: 'HorizontalPodAutoscaler', name: 'my-dify-api' },
    reason: 'SuccessfulRescale',
    message: 'New size: 1; reason: All metrics below target',
    type: 'Normal',
    count: 1,
    lastTimestamp: '2026-11-22T20:50:00Z',
  };
}
