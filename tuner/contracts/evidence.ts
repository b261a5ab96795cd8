import { z } from 'zod';
import { componentNameSchema, requestClassSchema, trafficClassSchema } from './component.ts';
import { distributionSchema, estimateSchema, gapSchema } from './estimate.ts';

/** evidence.json: what one recording teaches. `null` means unknown; `unknowns` and `gaps` say why. */

/** A share that a recording may not tell: `isAssumed` says that its value is no measurement, and the bounds its range. */
export const ratioEstimateSchema = estimateSchema.extend({ isAssumed: z.boolean() });
export type RatioEstimate = z.infer<typeof ratioEstimateSchema>;

/** One stretch of constant offered load; the table the capacity figures were fitted to. */
export const loadStepSchema = z.strictObject({
  fromSeconds: z.number(),
  toSeconds: z.number(),
  arrivalsPerSecond: z.number(),
  completionsPerSecond: z.number(),
  readyReplicas: z.number(),
  /** Mean over Ready pods, from metrics.k8s.io; null without a sample in the step. */
  cpuMillicoresPerReplica: z.number().nullable(),
  memoryBytesPerReplica: z.number().nullable(),
  /** Open requests of this component per Ready replica, waiting ones included. */
  inFlightPerReplica: z.number().nullable(),
  /** Workers: mean of LLEN + unacked in the step. */
  queueDepth: z.number().nullable(),
  timeToFirstTokenP95Ms: z.number().nullable(),
  queueWaitP95Ms: z.number().nullable(),
  errorRatio: z.number(),
});
export type LoadStep = z.infer<typeof loadStepSchema>;

/** What ends a replica's throughput. `none`: nothing did within the range tried. */
export const bindingSchema = z.enum(['cpu', 'connectionSlots', 'workerSlots', 'none']);
export type Binding = z.infer<typeof bindingSchema>;

export const componentEvidenceSchema = z.strictObject({
  deployment: z.string(),
  container: z.string(),
  /** autoscaling/v2 spec in force, defaults filled in; null: no HPA. */
  hpaSpec: z.record(z.string(), z.unknown()).nullable(),
  hpaName: z.string().nullable(),
  specReplicas: z.int(),
  requestedMillicores: z.number().nullable(),
  limitMillicores: z.number().nullable(),
  /** CPU a replica can use: its limit, or one core for each of its Python processes; absent in older files. */
  ceilingMillicores: z.number().nullable().optional(),
  requestedMemoryBytes: z.number().nullable(),
  limitMemoryBytes: z.number().nullable(),
  terminationGracePeriodSeconds: z.number(),
  /** From the pod template: gunicorn workers × connections (api), Celery concurrency (worker). */
  declaredSlotsPerReplica: z.number().nullable(),
  /** CPU used at no load. */
  idleMillicores: estimateSchema.nullable(),
  /** Seconds by which metrics.k8s.io trails the work that it measures; null: costs are unknown. */
  usageLagSeconds: z.number().nullable(),
  /** CPU-milliseconds of this component per request of the class; of indexing, per document with all its calls. */
  cpuMillisecondsPerRequest: z.partialRecord(trafficClassSchema, estimateSchema),
  /**
   * Of the CPU of a request, the share before its first token, 0–1. Absent in older files; a class whose cost is unknown
   * is left out.
   */
  cpuRatioBeforeFirstToken: z.partialRecord(requestClassSchema, ratioEstimateSchema).optional(),
  /** Of runs on a worker, the share of it before `workflow_started`: only bounded, never measured. Absent in older files. */
  cpuRatioBeforeStart: z.partialRecord(requestClassSchema, ratioEstimateSchema).optional(),
  /** Seconds one slot is held by a request of the class when nothing waits. */
  serviceSeconds: z.partialRecord(requestClassSchema, distributionSchema),
  /** Requests one replica served at once when it was full; null when it never was. */
  slotsPerReplica: estimateSchema.nullable(),
  /** Completions per second and replica at saturation, in the recorded mix; null when not reached. */
  saturationPerReplica: estimateSchema.nullable(),
  binding: bindingSchema,
  /** The numbers that name the binding. */
  bindingBecause: z.string(),
  memoryBytesPerReplica: distributionSchema.nullable(),
  /** Seconds from pod creation to each mark, over the pods seen starting in this run. */
  startup: z.strictObject({
    scheduledSeconds: distributionSchema.nullable(),
    startedSeconds: distributionSchema.nullable(),
    readySeconds: distributionSchema.nullable(),
  }),
  steps: z.array(loadStepSchema),
});
export type ComponentEvidence = z.infer<typeof componentEvidenceSchema>;

/** One value a second is too much for a page: `stepSeconds` apart, beginning at `fromSeconds`. */
export const seriesSchema = z.strictObject({
  fromSeconds: z.number(),
  stepSeconds: z.number(),
  /** null where the source was silent. */
  values: z.array(z.number().nullable()),
});
export type Series = z.infer<typeof seriesSchema>;

export const outcomeSchema = z.strictObject({
  requestClass: requestClassSchema,
  endpoint: z.string(),
  /** `ok` or an error class. */
  outcome: z.string(),
  count: z.int(),
});

/** Calls that are no runs of an app: stops, and all that indexing consists of. Not simulated, no part of objectives. */
export const otherCallSchema = outcomeSchema.extend({ requestClass: trafficClassSchema });

export const indexingEvidenceSchema = z.strictObject({
  /** Documents of which it is known what became of them. */
  documents: z.int(),
  /** From the moment a document was due to the poll that found it indexed; null: none was. */
  timeToIndexedMs: distributionSchema.nullable(),
});

/** Pages of the web front end. Nobody opened one in the run: stated by somebody, not learned from it. */
export const webPagesSchema = z.strictObject({
  /** Pages opened for each chat request. */
  pagesPerChat: z.number().positive(),
  /** CPU that web spends on one page. */
  cpuMillisecondsPerPage: z.number().positive(),
  /** Who says so: `targets.staging.web in tune.yaml`. */
  source: z.string(),
});
export type WebPages = z.infer<typeof webPagesSchema>;

export const evidenceSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  kubernetesVersion: z.string().nullable(),
  durationSeconds: z.number(),
  loadStartSeconds: z.number(),
  loadEndSeconds: z.number(),
  objectives: z.strictObject({
    timeToFirstTokenP95Seconds: z.number(),
    queueWaitP95Seconds: z.number(),
    errorRatio: z.number(),
  }),
  components: z.partialRecord(componentNameSchema, componentEvidenceSchema),
  /** Arrivals per second of each class over the whole run. */
  arrivals: z.partialRecord(requestClassSchema, seriesSchema),
  /** Which component holds a request of the class: streaming workflow runs occupy api and worker. */
  routes: z.partialRecord(requestClassSchema, z.array(componentNameSchema)),
  outcomes: z.array(outcomeSchema),
  /** Absent in evidence of older versions. */
  otherCalls: z.array(otherCallSchema).optional(),
  /** null: the load held none; absent in evidence of older versions. */
  indexing: indexingEvidenceSchema.nullable().optional(),
  /** After which the run's clients gave up; absent in evidence of older versions. */
  requestTimeoutSeconds: z.number().positive().optional(),
  /** null: nothing was stated; absent in evidence of older versions. */
  webPages: webPagesSchema.nullable().optional(),
  latency: z.partialRecord(
    requestClassSchema,
    z.strictObject({
      timeToFirstTokenMs: distributionSchema.nullable(),
      streamDurationMs: distributionSchema.nullable(),
      interTokenGapMs: distributionSchema.nullable(),
      queueWaitMs: distributionSchema.nullable(),
      /**
       * The same in the stretch of the load in which the class was served fastest: what it takes when nothing waits.
       * Absent in evidence of older versions; null where no stretch had ten requests.
       */
      undisturbed: z
        .strictObject({
          timeToFirstTokenMs: distributionSchema.nullable(),
          queueWaitMs: distributionSchema.nullable(),
        })
        .nullable()
        .optional(),
    }),
  ),
  /** What the run looked like over time; every series on the report's time axis comes from here. */
  timeline: z.strictObject({
    replicas: z.partialRecord(
      componentNameSchema,
      z.strictObject({ ready: seriesSchema, desired: seriesSchema, spec: seriesSchema }),
    ),
    /** Used of requested CPU, 0–1 and above, mean over Ready pods. */
    cpuUsageRatio: z.partialRecord(componentNameSchema, seriesSchema),
    inFlight: z.partialRecord(requestClassSchema, seriesSchema),
    queueDepth: seriesSchema.nullable(),
    timeToFirstTokenP95Ms: z.partialRecord(requestClassSchema, seriesSchema),
    queueWaitP95Ms: seriesSchema.nullable(),
    /** Of how many requests each p95 is; absent in evidence of older versions. */
    timeToFirstTokenCount: z.partialRecord(requestClassSchema, seriesSchema).optional(),
    queueWaitCount: seriesSchema.nullable().optional(),
    errorsPerSecond: seriesSchema,
  }),
  /** Seconds by which metrics lag, as observed. */
  metricPipeline: z.strictObject({
    /** Time between two samples of one pod at metrics.k8s.io. */
    resourcePeriodSeconds: z.number().nullable(),
    resourceWindowSeconds: z.number().nullable(),
    /** Age of the newest sample when it could first be read. */
    resourceLagSeconds: z.number().nullable(),
    externalPeriodSeconds: z.number().nullable(),
    /** When one sample of CPU and one of the queue's length was taken; the others are whole periods away. Absent in older files. */
    resourceSampleAtSeconds: z.number().nullable().optional(),
    externalSampleAtSeconds: z.number().nullable().optional(),
    /** When a sync of each HPA ended, likewise; a component without one seen is left out. Absent in older files. */
    syncAtSeconds: z.partialRecord(componentNameSchema, z.number()).optional(),
  }),
  sharedLimits: z.strictObject({
    postgresMaxConnections: z.int().nullable(),
    postgresConnectionsPerReplica: z.partialRecord(componentNameSchema, z.int()),
  }),
  rescales: z.array(
    z.strictObject({ atSeconds: z.number(), component: componentNameSchema, message: z.string() }),
  ),
  /** What could not be learned, and what would teach it. */
  unknowns: z.array(z.strictObject({ what: z.string(), why: z.string(), next: z.string() })),
  gaps: z.array(gapSchema),
});
export type Evidence = z.infer<typeof evidenceSchema>;
