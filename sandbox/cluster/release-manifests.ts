/**
 * The objects a Helm release of Dify leaves in the cluster: names, labels and ports as BorisPolonsky/dify-helm
 * renders them, as far as the stand-in plays them (api and worker). Pure: a world in, objects out.
 */
import type {
  V1Deployment,
  V1Namespace,
  V1ResourceRequirements,
  V1Secret,
  V1Service,
  V2HorizontalPodAutoscaler,
  V2MetricSpec,
} from '@kubernetes/client-node';
import type { WorldComponent, WorldHpa } from '../worlds/cluster.ts';
import type { World } from '../worlds/world.ts';
import { apiKeys, queueMetricName, release, releaseNamespace } from './release-names.ts';

const chart = 'dify-0.38.0-rc2';
const servicePort = 5001;

/** In the order in which they are to be created. */
export interface ReleaseManifests {
  readonly surroundings: readonly (V1Namespace | V1Secret | V1Service)[];
  readonly deployments: readonly V1Deployment[];
  readonly autoscalers: readonly V2HorizontalPodAutoscaler[];
}

export function releaseManifests(world: World): ReleaseManifests {
  const image = `langgenius/dify-api:${world.dify.version}`;
  const labels = releaseLabels(world.dify.version);
  const { api, worker } = world.cluster;
  return {
    surroundings: [namespace(), keysSecret(labels), apiService(labels)],
    deployments: [deployment('api', api, { image, labels }), deployment('worker', worker, { image, labels })],
    autoscalers: [
      ...(api.hpa === null ? [] : [autoscaler('api', api.hpa, labels)]),
      ...(worker.hpa === null ? [] : [autoscaler('worker', worker.hpa, labels)]),
    ],
  };
}

type Labels = Readonly<Record<string, string>>;
const selector = { 'app.kubernetes.io/name': 'dify', 'app.kubernetes.io/instance': release };

function releaseLabels(version: string): Labels {
  return {
    'helm.sh/chart': chart,
    ...selector,
    'app.kubernetes.io/version': version,
    'app.kubernetes.io/managed-by': 'Helm',
  };
}

function namespace(): V1Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: releaseNamespace, annotations: { 'tune.dify.ai/testable': 'true' } },
  };
}

function keysSecret(labels: Labels): V1Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name: 'tune-api-keys', namespace: releaseNamespace, labels },
    stringData: { ...apiKeys },
  };
}

function apiService(labels: Labels): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: `${release}-api`,
      namespace: releaseNamespace,
      labels: { ...labels, component: 'api' },
    },
    spec: {
      type: 'ClusterIP',
      ports: [{ name: 'http-api', port: servicePort, protocol: 'TCP', targetPort: 'api' }],
      selector: { ...selector, component: 'api' },
    },
  };
}

function deployment(
  component: 'api' | 'worker',
  settings: WorldComponent,
  { image, labels }: { image: string; labels: Labels },
): V1Deployment {
  const mode = component === 'worker' ? [{ name: 'MODE', value: 'worker' }] : [];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `${release}-${component}`,
      namespace: releaseNamespace,
      labels: { ...labels, component },
    },
    spec: {
      replicas: settings.replicas,
      selector: { matchLabels: { ...selector, component } },
      template: {
        metadata: { labels: { ...selector, component } },
        spec: {
          terminationGracePeriodSeconds: settings.terminationGraceSeconds,
          containers: [
            {
              name: component,
              image,
              env: [...mode, ...Object.entries(settings.env).map(([name, value]) => ({ name, value }))],
              ...(component === 'api' && {
                ports: [{ name: 'api', containerPort: servicePort, protocol: 'TCP' }],
              }),
              resources: resources(settings),
            },
          ],
        },
      },
    },
  };
}

function resources({ requests, limits }: WorldComponent): V1ResourceRequirements {
  const quantities = (amount: NonNullable<typeof requests>) => ({
    cpu: `${amount.cpuMillicores}m`,
    memory: `${amount.memoryMiB}Mi`,
  });
  return {
    ...(requests && { requests: quantities(requests) }),
    ...(limits && { limits: quantities(limits) }),
  };
}

function autoscaler(component: 'api' | 'worker', hpa: WorldHpa, labels: Labels): V2HorizontalPodAutoscaler {
  const name = `${release}-${component}`;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: releaseNamespace, labels },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: hpa.minReplicas,
      maxReplicas: hpa.maxReplicas,
      metrics: hpaMetrics(hpa),
      ...(hpa.behavior && { behavior: hpa.behavior }),
    },
  };
}

function hpaMetrics({ cpuTargetPercent, queueTargetPerReplica }: WorldHpa): V2MetricSpec[] {
  const metrics: V2MetricSpec[] = [];
  if (cpuTargetPercent !== null) {
    const target = { type: 'Utilization', averageUtilization: cpuTargetPercent };
    metrics.push({ type: 'Resource', resource: { name: 'cpu', target } });
  }
  if (queueTargetPerReplica !== null) {
    // AverageValue: the queue is one for all workers, so it is divided by the replicas, not asked of each pod.
    const target = { type: 'AverageValue', averageValue: String(queueTargetPerReplica) };
    metrics.push({ type: 'External', external: { metric: { name: queueMetricName }, target } });
  }
  return metrics;
}
