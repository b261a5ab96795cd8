import type { ClusterSample } from '../../../contracts/cluster-sample.ts';
import type { GeneratorSample } from '../../../contracts/generator-sample.ts';
import { type LoadPlan, loadPlanSchema } from '../../../contracts/load-plan.ts';

/** Lines of a recording without faults, its load from second 10 to 110, and of each fault. */

export const plan: LoadPlan = loadPlanSchema.parse({
  schemaVersion: 1,
  seed: 1,
  baseUrl: 'http://127.0.0.1:5001/v1',
  scenarios: [
    {
      name: 'chat',
      kind: 'chat',
      responseMode: 'streaming',
      startArrivalsPerSecond: 1,
      stages: [{ durationSeconds: 100, arrivalsPerSecond: 1 }],
      preAllocatedVUs: 20,
      maxVUs: 100,
      gracefulStopSeconds: 30,
      requestTimeoutSeconds: 60,
      inputs: {},
      promptTokens: 40,
      promptSuffix: '',
    },
  ],
});

const component = 'api' as const;
type Pod = Extract<ClusterSample, { type: 'pods' }>['pods'][number];

export function pod(fields: Partial<Pod> = {}): Pod {
  return {
    name: 'my-dify-api-1',
    phase: 'Running',
    ready: true,
    readyStatus: 'True',
    readyTransitionAtSeconds: 0,
    createdAtSeconds: -100,
    scheduledAtSeconds: -100,
    startAtSeconds: -100,
    deletedAtSeconds: null,
    node: 'node-0',
    restarts: 0,
    requests: {},
    podRequests: null,
    ...fields,
  };
}

export function pods(atSeconds: number, ...list: Pod[]): ClusterSample {
  return { type: 'pods', atSeconds, component, pods: list, resourceVersion: '1' };
}

export function hpa(atSeconds: number, spec: Record<string, unknown> = { maxReplicas: 5 }): ClusterSample {
  return {
    type: 'hpa',
    atSeconds,
    component,
    name: 'my-dify-api',
    resourceVersion: '1',
    spec,
    currentReplicas: 1,
    desiredReplicas: 1,
    currentMetrics: [],
    conditions: [],
    lastScaleAtSeconds: null,
  };
}

export function template(atSeconds: number, image = 'dify:1'): ClusterSample {
  return { type: 'template', atSeconds, component, image, terminationGracePeriodSeconds: 30, containers: [] };
}

export function usage(atSeconds: number, timestampAtSeconds: number): ClusterSample {
  const sample = { name: 'my-dify-api-1', timestampAtSeconds, windowSeconds: 15, containers: {} };
  return { type: 'usage', atSeconds, component, previousReadAtSeconds: null, pods: [sample] };
}

export const scale: Extract<ClusterSample, { type: 'scale' }> = {
  type: 'scale',
  atSeconds: 0,
  component,
  deployment: 'my-dify-api',
  specReplicas: 1,
  statusReplicas: 1,
  readyReplicas: 1,
  observedGeneration: 1,
  resourceVersion: '1',
};
export const queue = (atSeconds: number, queueDepth: number): ClusterSample => ({
  type: 'queue',
  atSeconds,
  queue: 'workflow_based_app_execution',
  queueDepth,
  unacked: 0,
});
export const gap = (source: string, fromSeconds: number, toSeconds: number | null): ClusterSample => ({
  type: 'gap',
  atSeconds: fromSeconds,
  source,
  fromSeconds,
  toSeconds,
  reason: 'it broke',
});
/** Behind what happened before the load. */
export function later(sample: ClusterSample): ClusterSample {
  return { ...sample, atSeconds: Math.max(4, sample.atSeconds) } as ClusterSample;
}
export const healthy = (): ClusterSample[] => [
  scale,
  hpa(0),
  template(0),
  queue(5, 0),
  pods(0, pod()),
  ...[5, 20, 35, 50, 65, 80, 95].map((moment) => usage(moment, moment - 3)),
];
export const second = (atSeconds: number, hostCpuRatio: number, k6CpuCores: number): GeneratorSample => ({
  type: 'generator',
  atSeconds,
  hostCpuRatio,
  hostCores: 2,
  k6CpuCores,
  k6MemoryBytes: 1e8,
  k6OpenFiles: 50,
  openFilesLimit: 1024,
  tcpSocketsInUse: 300,
  tcpTimeWait: 120,
  ephemeralPorts: 28_232,
});
export const idle = Array.from({ length: 120 }, (_, index) => second(index, 0.4, 0.2));
