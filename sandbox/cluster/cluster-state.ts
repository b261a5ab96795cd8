/** What the sandbox's API server says about its nodes, pods, replicas and HPAs. */
import { z } from 'zod';
import type { KubeRequests } from './kube-api.ts';
import { queueMetricName, releaseNamespace } from './release-names.ts';

const conditions = z.array(z.object({ type: z.string(), status: z.string() })).default([]);
const named = z.object({ name: z.string() });

const nodesSchema = z.object({
  items: z.array(
    z.object({
      spec: z.object({ taints: z.array(z.unknown()).default([]) }),
      status: z.object({ conditions }),
    }),
  ),
});

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: named.extend({ deletionTimestamp: z.string().optional() }),
      status: z.object({ conditions }),
    }),
  ),
});

const deploymentsSchema = z.object({
  items: z.array(
    z.object({
      metadata: named,
      spec: z.object({ replicas: z.number() }),
      status: z.object({ readyReplicas: z.number().default(0) }),
    }),
  ),
});

const valueSchema = z.object({
  averageUtilization: z.number().optional(),
  averageValue: z.string().optional(),
});
const metricSchema = z.object({
  resource: z
    .object({ name: z.string(), current: valueSchema.optional(), target: valueSchema.optional() })
    .optional(),
  external: z
    .object({ metric: named, current: valueSchema.optional(), target: valueSchema.optional() })
    .optional(),
});
const hpasSchema = z.object({
  items: z.array(
    z.object({
      metadata: named,
      spec: z.object({
        minReplicas: z.number().default(1),
        maxReplicas: z.number(),
        metrics: z.array(metricSchema).default([]),
      }),
      status: z.object({
        currentReplicas: z.number().default(0),
        desiredReplicas: z.number().default(0),
        currentMetrics: z.array(metricSchema).nullish(),
      }),
    }),
  ),
});

const metricValuesSchema = z.object({ items: z.array(z.unknown()) });
const podMetricsSchema = z.object({ items: z.array(z.object({ metadata: named })) });

export interface DeploymentState {
  readonly name: string;
  readonly replicas: number;
  readonly readyReplicas: number;
}

export interface HpaState {
  readonly name: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  /** One a metric, `cpu 35% of 60%`; `unknown` where the controller has no value yet. */
  readonly metrics: readonly string[];
}

/** Ready, and no longer tainted as not ready: pods can be scheduled. */
export async function areNodesReady(api: KubeRequests, signal?: AbortSignal): Promise<boolean> {
  const { items } = nodesSchema.parse(await api.get('/api/v1/nodes', signal));
  return (
    items.length > 0 &&
    items.every(({ spec, status }) => isReady(status.conditions) && spec.taints.length === 0)
  );
}

/** True once the HPA controller, going the same way, would get a value. */
export async function isQueueMetricServed(api: KubeRequests, signal?: AbortSignal): Promise<boolean> {
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${releaseNamespace}/${queueMetricName}`;
  return metricValuesSchema.parse(await api.get(path, signal)).items.length > 0;
}

export async function deploymentStates(api: KubeRequests, signal?: AbortSignal): Promise<DeploymentState[]> {
  const path = `/apis/apps/v1/namespaces/${releaseNamespace}/deployments`;
  return deploymentsSchema.parse(await api.get(path, signal)).items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    replicas: spec.replicas,
    readyReplicas: status.readyReplicas,
  }));
}

export async function hpaStates(api: KubeRequests, signal?: AbortSignal): Promise<HpaState[]> {
  const path = `/apis/autoscaling/v2/namespaces/${releaseNamespace}/horizontalpodautoscalers`;
  return hpasSchema.parse(await api.get(path, signal)).items.map(({ metadata, spec, status }) => ({
    name: metadata.name,
    minReplicas: spec.minReplicas,
    maxReplicas: spec.maxReplicas,
    currentReplicas: status.currentReplicas,
    desiredReplicas: status.desiredReplicas,
    metrics: spec.metrics.map((metric, index) => describeMetric(metric, status.currentMetrics?.[index])),
  }));
}

/** Pods of the release that are neither Ready nor on their way out, and Ready ones metrics.k8s.io does not know. */
export async function podsNotReadyForLoad(
  api: KubeRequests,
  signal?: AbortSignal,
): Promise<{ readonly starting: readonly string[]; readonly unmeasured: readonly string[] }> {
  const all = podsSchema.parse(await api.get(`/api/v1/namespaces/${releaseNamespace}/pods`, signal)).items;
  const pods = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const metrics = await api.get(`/apis/metrics.k8s.io/v1beta1/namespaces/${releaseNamespace}/pods`, signal);
  const measured = new Set(podMetricsSchema.parse(metrics).items.map(({ metadata }) => metadata.name));
  const names = (chosen: typeof pods) => chosen.map(({ metadata }) => metadata.name);
  return {
    starting: names(pods.filter(({ status }) => !isReady(status.conditions))),
    unmeasured: names(pods.filter(({ metadata }) => !measured.has(metadata.name))),
  };
}

function isReady(list: z.infer<typeof conditions>): boolean {
  return list.some(({ type, status }) => type === 'Ready' && status === 'True');
}

type Metric = z.infer<typeof metricSchema>;

function describeMetric(spec: Metric, status: Metric | undefined): string {
  const { name, target } = side(spec, 'target');
  const { target: current } = status === undefined ? { target: undefined } : side(status, 'current');
  return `${name} ${formatValue(current)} of ${formatValue(target)}`;
}

function side(metric: Metric, which: 'current' | 'target') {
  return {
    name: metric.resource?.name ?? metric.external?.metric.name ?? 'metric',
    target: metric.resource?.[which] ?? metric.external?.[which],
  };
}

function formatValue(value: z.infer<typeof valueSchema> | undefined): string {
  if (value?.averageUtilization !== undefined) return `${value.averageUtilization}%`;
  return value?.averageValue ?? 'unknown';
}
