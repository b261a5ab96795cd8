import { z } from 'zod';

/**
 * What a HorizontalPodAutoscaler controller read and decided, sync by sync: the input of `tune replay-hpa`.
 *
 * The format and its units are described in docs/hpa.md. Fields that the replay does not need (hpa.metadata) are
 * let through, but not in an answer: one that is not understood there would be taken for an empty one.
 */

/** Milli-units. Integers above 2^53 cannot be told apart in JSON and are refused instead of rounded. */
const milli = z.int().min(0);
const ms = z.int().min(0);
const count = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);

export const controllerFlagsSchema = z.object({
  tolerance: z.number().min(0),
  downscaleStabilizationSeconds: z.int().min(0),
  cpuInitializationPeriodSeconds: z.int().min(0),
  initialReadinessDelaySeconds: z.int().min(0),
  syncPeriodSeconds: z.int().min(1),
});

const requestsSchema = z.record(z.string(), milli);

export const tracePodSchema = z.object({
  name: z.string().min(1),
  phase: z.enum(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']),
  /** null: no Ready condition. */
  ready: z.union([z.boolean(), z.literal('Unknown'), z.null()]),
  readyTransitionMs: ms,
  /** null: not started yet. */
  startTimeMs: ms.nullable(),
  deleted: z.boolean(),
  /** container → resource → milli-units. */
  requests: z.record(z.string(), requestsSchema),
  /** spec.resources.requests, those of the pod itself, resource → milli-units; null or absent: none set. */
  podRequests: requestsSchema.nullable().optional(),
});

/** Neither `pods` nor `values` nor `error`: the API answered an empty list. */
export const metricAnswerSchema = z.strictObject({
  pods: z.record(z.string(), z.strictObject({ value: milli, atMs: ms, windowMs: ms })).optional(),
  values: z.array(milli).optional(),
  error: z.union([z.boolean(), z.string()]).optional(),
});

export const hpaConditionSchema = z.strictObject({
  type: z.enum(['AbleToScale', 'ScalingActive', 'ScalingLimited', 'ScaledToZero']),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
});

/** One reconciliation: what was read, and, where it was recorded, what was decided. */
export const hpaSyncSchema = z.object({
  atMs: ms,
  /** The HPA was edited: its spec from this sync on, checked by hpaSpecSchema; absent: as before. */
  spec: z.unknown().optional(),
  specReplicas: count,
  statusReplicas: count,
  pods: z.array(tracePodSchema),
  metrics: z.array(metricAnswerSchema),
  /** null: nothing was written; absent, as the next two: the decision was not recorded. */
  scaledTo: count.nullable().optional(),
  desiredReplicas: count.optional(),
  conditions: z.array(hpaConditionSchema).optional(),
});
export type RecordedHpaSync = z.infer<typeof hpaSyncSchema>;

export const hpaTraceSchema = z.object({
  /** Version of the controller, `1.37.2`. */
  kubernetes: z.string().regex(/^v?\d+\.\d+(\.\d+)?/),
  /** Gates that were not at their version's default. */
  featureGates: z.record(z.string(), z.boolean()).optional(),
  controllerFlags: controllerFlagsSchema,
  hpa: z.object({
    /** Plain autoscaling/v2 spec; checked by hpaSpecSchema, so that its paths begin at `hpa.spec`. */
    spec: z.unknown(),
    /** Status before the first sync; absent: as of a new object. */
    status: z
      .object({
        desiredReplicas: count.optional(),
        conditions: z.array(z.looseObject({ ...hpaConditionSchema.shape })).nullish(),
      })
      .nullish(),
  }),
  syncs: z.array(hpaSyncSchema),
});
export type HpaTrace = z.infer<typeof hpaTraceSchema>;
