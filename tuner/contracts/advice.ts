import { z } from 'zod';
import { componentNameSchema } from './component.ts';
import { seriesSchema } from './evidence.ts';

/** advice.json: what to set, why, and what was weighed against it. */

const scalarSchema = z.union([z.number(), z.string(), z.boolean()]);

export const settingAdviceSchema = z.strictObject({
  /** The rule's id: file name in tuner/advise and anchor in the report. */
  id: z.string(),
  component: componentNameSchema,
  /** Path inside the autoscaling/v2 spec or the pod template: `behavior.scaleDown.stabilizationWindowSeconds`. */
  sets: z.string(),
  unit: z.string(),
  current: scalarSchema.nullable(),
  /** Equal to `current` where the verdict is noChange; null where nothing can be said. */
  proposed: scalarSchema.nullable(),
  verdict: z.enum(['change', 'noChange', 'insufficientEvidence']),
  /** The reason, in numbers with units. */
  because: z.string(),
  /** Values that cannot be told apart from the proposed one; null where none were tried. */
  flatRegion: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
  confidence: z.enum(['high', 'medium', 'low']),
  /** Paths into evidence.json that the reason stands on. */
  evidence: z.array(z.string()),
});
export type SettingAdvice = z.infer<typeof settingAdviceSchema>;

/** What one set of settings led to in simulation, over all replications. */
export const simulatedOutcomeSchema = z.strictObject({
  /** Minutes in which a latency objective was missed: mean and interval over replications. */
  sloViolatedMinutes: z.strictObject({ mean: z.number(), low: z.number(), high: z.number() }),
  replicaHours: z.partialRecord(componentNameSchema, z.number()),
  /** null where no price is configured. */
  cost: z.number().nullable(),
  /** Scale decisions that reverse the one before within ten minutes. */
  flaps: z.number(),
  rescales: z.number(),
  cutStreams: z.number(),
  lostRuns: z.number(),
  timeToFirstTokenP95Seconds: z.number().nullable(),
  queueWaitP95Seconds: z.number().nullable(),
  errorRatio: z.number(),
});
export type SimulatedOutcome = z.infer<typeof simulatedOutcomeSchema>;

export const simulatedTimelineSchema = z.strictObject({
  replicas: z.partialRecord(componentNameSchema, seriesSchema),
  cpuUsageRatio: z.partialRecord(componentNameSchema, seriesSchema),
  queueDepth: seriesSchema.nullable(),
  timeToFirstTokenP95Ms: seriesSchema,
  queueWaitP95Ms: seriesSchema.nullable(),
});
export type SimulatedTimeline = z.infer<typeof simulatedTimelineSchema>;

export const proposalSchema = z.strictObject({
  /** Whole autoscaling/v2 spec; null: this component is best without an HPA. */
  hpaSpec: z.record(z.string(), z.unknown()).nullable(),
  /** Fixed replicas where there is no HPA. */
  replicas: z.int().nullable(),
  /** Requests to set where the template has none and a CPU target needs one. */
  requestedMillicores: z.number().nullable(),
});
export type Proposal = z.infer<typeof proposalSchema>;

export const adviceSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  verdict: z.enum(['change', 'noChange', 'insufficientEvidence']),
  summary: z.string(),
  /** The demand that was simulated. */
  demand: z.strictObject({
    description: z.string(),
    durationSeconds: z.number(),
    peakArrivalsPerSecond: z.number(),
    arrivalsPerSecond: seriesSchema,
  }),
  settings: z.array(settingAdviceSchema),
  /** Complete settings per component as they would be after the change. */
  proposals: z.partialRecord(componentNameSchema, proposalSchema),
  search: z.strictObject({
    candidates: z.int(),
    replications: z.int(),
    seed: z.int(),
    elapsedSeconds: z.number(),
    /** Settings that no other beats in both violated minutes and cost. */
    pareto: z.array(
      z.strictObject({
        settings: z.record(z.string(), scalarSchema),
        sloViolatedMinutes: z.number(),
        replicaHours: z.number(),
        isChosen: z.boolean(),
      }),
    ),
  }),
  outcomes: z.strictObject({ current: simulatedOutcomeSchema, proposed: simulatedOutcomeSchema }).nullable(),
  timelines: z
    .strictObject({ current: simulatedTimelineSchema, proposed: simulatedTimelineSchema })
    .nullable(),
  /** What limits the advice: assumptions, extrapolations, things to re-test. */
  caveats: z.array(z.string()),
});
export type Advice = z.infer<typeof adviceSchema>;
