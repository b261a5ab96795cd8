import { z } from 'zod';
import { componentNameSchema } from './component.ts';
import { gapSchema } from './estimate.ts';

/** One line of cluster.ndjson. Moments are seconds since run start and may be negative. */

const moment = z.number();
const conditionSchema = z.strictObject({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
  lastTransitionAtSeconds: moment.nullable(),
});

/** Written when the HPA object changed, and at least every 15 s. */
export const hpaSampleSchema = z.strictObject({
  type: z.literal('hpa'),
  atSeconds: moment,
  component: componentNameSchema.nullable(),
  name: z.string(),
  resourceVersion: z.string(),
  /** autoscaling/v2 spec as the API server returned it, defaults filled in. */
  spec: z.record(z.string(), z.unknown()),
  currentReplicas: z.int(),
  desiredReplicas: z.int(),
  /** status.currentMetrics as returned. */
  currentMetrics: z.array(z.unknown()),
  conditions: z.array(conditionSchema),
  lastScaleAtSeconds: moment.nullable(),
});

export const scaleSampleSchema = z.strictObject({
  type: z.literal('scale'),
  atSeconds: moment,
  component: componentNameSchema,
  deployment: z.string(),
  specReplicas: z.int(),
  statusReplicas: z.int(),
  readyReplicas: z.int(),
  /** Changes when the pod template does: a run over two templates teaches nothing. */
  observedGeneration: z.int().nullable(),
});

export const podSampleSchema = z.strictObject({
  name: z.string(),
  phase: z.string(),
  /** Condition Ready; null when the pod has none yet. */
  ready: z.boolean().nullable(),
  readyTransitionAtSeconds: moment.nullable(),
  createdAtSeconds: moment,
  scheduledAtSeconds: moment.nullable(),
  /** status.startTime. */
  startAtSeconds: moment.nullable(),
  /** metadata.deletionTimestamp. */
  deletedAtSeconds: moment.nullable(),
  node: z.string().nullable(),
  restarts: z.int(),
});
export type PodSample = z.infer<typeof podSampleSchema>;

/** All pods of a component's selector, as one list; written on change and at least every 5 s. */
export const podsSampleSchema = z.strictObject({
  type: z.literal('pods'),
  atSeconds: moment,
  component: componentNameSchema,
  pods: z.array(podSampleSchema),
});

/** One container of the pod template: what it asks for and what it was told; written when it changes. */
export const containerTemplateSchema = z.strictObject({
  name: z.string(),
  requestedMillicores: z.number().nullable(),
  requestedMemoryBytes: z.number().nullable(),
  limitMillicores: z.number().nullable(),
  limitMemoryBytes: z.number().nullable(),
  /** Only the variables that size a process; null where set from a source that was not read. */
  env: z.record(z.string(), z.string().nullable()),
});
export const templateSampleSchema = z.strictObject({
  type: z.literal('template'),
  atSeconds: moment,
  component: componentNameSchema,
  image: z.string(),
  terminationGracePeriodSeconds: z.number(),
  containers: z.array(containerTemplateSchema),
});

/** metrics.k8s.io of a component's pods; written when a pod's timestamp moved. */
export const usageSampleSchema = z.strictObject({
  type: z.literal('usage'),
  atSeconds: moment,
  component: componentNameSchema,
  pods: z.array(
    z.strictObject({
      name: z.string(),
      /** End of the measuring window as metrics-server states it. */
      timestampAtSeconds: moment,
      windowSeconds: z.number(),
      containers: z.record(
        z.string(),
        z.strictObject({
          /** Thousandths of a millicore are kept: the controller computes in milli-units of them. */
          cpuMillicores: z.number(),
          memoryBytes: z.number(),
        }),
      ),
    }),
  ),
});

/** A metric of external.metrics.k8s.io as the HPA would read it. */
export const externalMetricSampleSchema = z.strictObject({
  type: z.literal('externalMetric'),
  atSeconds: moment,
  name: z.string(),
  values: z.array(
    z.strictObject({
      milliValue: z.number(),
      timestampAtSeconds: moment,
      labels: z.record(z.string(), z.string()),
    }),
  ),
});

export const queueSampleSchema = z.strictObject({
  type: z.literal('queue'),
  atSeconds: moment,
  queue: z.string(),
  /** LLEN: what no worker has fetched yet. */
  queueDepth: z.int(),
  /** HLEN of the shared `unacked` hash: fetched and not acknowledged, of all queues together. */
  unacked: z.int(),
});

export const postgresSampleSchema = z.strictObject({
  type: z.literal('postgres'),
  atSeconds: moment,
  /** Connections checked out of the pool of the one API process that answered. */
  checkedOutConnections: z.int(),
  poolSize: z.int(),
  overflowConnections: z.int(),
});

export const gapSampleSchema = z.strictObject({
  type: z.literal('gap'),
  atSeconds: moment,
  ...gapSchema.shape,
});

export const clusterSampleSchema = z.discriminatedUnion('type', [
  hpaSampleSchema,
  scaleSampleSchema,
  podsSampleSchema,
  templateSampleSchema,
  usageSampleSchema,
  externalMetricSampleSchema,
  queueSampleSchema,
  postgresSampleSchema,
  gapSampleSchema,
]);
export type ClusterSample = z.infer<typeof clusterSampleSchema>;
export type ClusterSampleOf<T extends ClusterSample['type']> = Extract<ClusterSample, { type: T }>;
