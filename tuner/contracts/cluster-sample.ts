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

/** resource → milli-units (cpu in millicores, memory in thousandths of a byte), as the controller computes. */
const milliRequestsSchema = z.record(z.string(), z.number());

/**
 * Written when the HPA object changed, and at least every 15 s while the API server answers. A repeat carries the
 * resourceVersion of the line before. A changed status is the end of a sync, `atSeconds` when the watch told of it.
 */
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

/**
 * What the controller wants, where it has ever found out: the status begins with a 0 that no sync computed, and keeps
 * it while metrics fail.
 *
 * @returns null until a sync has set it
 */
export function knownDesiredReplicas(hpa: z.infer<typeof hpaSampleSchema>): number | null {
  if (hpa.desiredReplicas > 0) return hpa.desiredReplicas;
  const scalingActive = hpa.conditions.find(({ type }) => type === 'ScalingActive');
  const isComputed = scalingActive?.status === 'True' || scalingActive?.reason === 'ScalingDisabled';
  return isComputed || hpa.lastScaleAtSeconds !== null ? 0 : null;
}

export const scaleSampleSchema = z.strictObject({
  type: z.literal('scale'),
  atSeconds: moment,
  component: componentNameSchema,
  deployment: z.string(),
  specReplicas: z.int(),
  statusReplicas: z.int(),
  readyReplicas: z.int(),
  /** status.observedGeneration: counts every change of the spec, scaling included. */
  observedGeneration: z.int().nullable(),
  /** Of the Deployment; orders this sample against hpa and pods samples, see `resourceVersion` of pods. */
  resourceVersion: z.string(),
});

export const podSampleSchema = z.strictObject({
  name: z.string(),
  phase: z.string(),
  /** Condition Ready is True; null when the pod has no such condition yet. */
  ready: z.boolean().nullable(),
  /** The same verbatim: the HPA controller treats Unknown unlike False. */
  readyStatus: z.enum(['True', 'False', 'Unknown']).nullable(),
  readyTransitionAtSeconds: moment.nullable(),
  createdAtSeconds: moment,
  scheduledAtSeconds: moment.nullable(),
  /** status.startTime. */
  startAtSeconds: moment.nullable(),
  /** metadata.deletionTimestamp. */
  deletedAtSeconds: moment.nullable(),
  node: z.string().nullable(),
  restarts: z.int(),
  /** Container → what it asks for: its own, not the template's, which may have changed since. */
  requests: z.record(z.string(), milliRequestsSchema),
  /** Requests of the pod as a whole; null: none set. */
  podRequests: milliRequestsSchema.nullable(),
});
export type PodSample = z.infer<typeof podSampleSchema>;

/** All pods of a component's selector, as one list; written on change and at least every 5 s. */
export const podsSampleSchema = z.strictObject({
  type: z.literal('pods'),
  atSeconds: moment,
  component: componentNameSchema,
  pods: z.array(podSampleSchema),
  /**
   * Newest resourceVersion among the pods listed or gone. Versions of one cluster are decimal numbers that grow with
   * each write (compare as BigInt), so a pod list with a smaller one was true before an HPA's sync ended, however
   * late the two watches told of it.
   */
  resourceVersion: z.string(),
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

/** metrics.k8s.io of a component's pods; written when a pod's timestamp moved, or a pod came or went. */
export const usageSampleSchema = z.strictObject({
  type: z.literal('usage'),
  atSeconds: moment,
  component: componentNameSchema,
  /**
   * The read before this one, which still answered the older values: these ones appeared after it and not later than
   * `atSeconds`. Every end of a sync causes a read, so the values a sync saw are those of the read next to it.
   * null: the first read.
   */
  previousReadAtSeconds: moment.nullable(),
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

/** A metric of external.metrics.k8s.io as the HPA would read it; written when a value or timestamp changed. */
export const externalMetricSampleSchema = z.strictObject({
  type: z.literal('externalMetric'),
  atSeconds: moment,
  name: z.string(),
  /** Label selector as sent to the API; empty: none. */
  selector: z.string(),
  /** As in usage: the last read that did not answer these values yet. */
  previousReadAtSeconds: moment.nullable(),
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

/** Written when a source falls silent (toSeconds null) and once more, with the same fromSeconds, when it is back. */
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
