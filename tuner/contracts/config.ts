import { z } from 'zod';
import { componentNameSchema } from './component.ts';
import { durationSchema } from './duration.ts';
import { loadSettingsSchema } from './load-settings.ts';
import { profileSchema } from './profile.ts';

/** Where a secret is read from; the value itself never stands in a file of ours. */
export const secretSourceSchema = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
  /** A Secret in the target's namespace. */
  z.strictObject({ secret: z.strictObject({ name: z.string().min(1), key: z.string().min(1) }) }),
]);
export type SecretSource = z.infer<typeof secretSourceSchema>;

const appSchema = z.strictObject({
  key: secretSourceSchema,
  /** Dify `inputs` of each run; `{prompt}` stands for the prompt, `{column}` for a value of the profile's dataFile. */
  inputs: z.record(z.string(), z.string()).default({}),
  /** Text put behind each prompt, such as hints for a mock LLM; `{answerTokens}` stands for the length wanted. */
  promptSuffix: z.string().default(''),
});

const knowledgeSchema = z.strictObject({
  /** An API key of the knowledge base, which is none of an app. */
  key: secretSourceSchema,
  /** The knowledge base that documents are put into and deleted from again. */
  datasetId: z.uuid(),
  /** Taken where the knowledge base has none yet. */
  indexingTechnique: z.enum(['economy', 'high_quality']).default('economy'),
});

const componentTargetSchema = z.strictObject({
  deployment: z.string().optional(),
  hpa: z.string().optional(),
  /** The container that serves; the pod's first one when absent. */
  container: z.string().optional(),
});

export const targetSchema = z.strictObject({
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  namespace: z.string().min(1),
  release: z.string().min(1),
  /** Values layout that the overlay is written for. */
  chart: z.enum(['borispolonsky']).default('borispolonsky'),
  /** Base of the Service API without /v1. */
  url: z.url({ protocol: /^https?$/ }),
  /** Load goes only to a target that says so here and in the namespace annotation `tune.dify.ai/testable`. */
  testable: z.boolean().default(false),
  /** Where the load comes from. */
  load: loadSettingsSchema.prefault({}),
  apps: z
    .strictObject({
      chat: appSchema.optional(),
      workflow: appSchema.optional(),
      indexing: knowledgeSchema.optional(),
    })
    .default({}),
  redis: z
    .strictObject({
      url: z.union([z.url({ protocol: /^rediss?$/ }), secretSourceSchema]),
      celeryDb: z.int().min(0).default(1),
      queues: z.array(z.string()).default(['workflow_based_app_execution', 'priority_dataset', 'dataset']),
    })
    .optional(),
  /** External metric that carries the global length of the workflow queue. */
  queueMetric: z
    .strictObject({ name: z.string().min(1), matchLabels: z.record(z.string(), z.string()).default({}) })
    .optional(),
  /** What the database allows; no maxReplicas is recommended that would use it up. */
  postgres: z.strictObject({ maxConnections: z.int().min(1) }).optional(),
  /** What the language model takes at once and in a minute; in the simulation more is refused. */
  llm: z
    .strictObject({
      maxConcurrentCalls: z.int().min(1).optional(),
      callsPerMinute: z.number().positive().optional(),
    })
    .optional(),
  /** Pages that users open before they chat: the load opens none, so this is taken for granted in simulations. */
  web: z
    .strictObject({
      /** Pages opened for each chat request; a user who opens 3 and sends 2 messages: 1.5. */
      pagesPerChat: z.number().positive().max(100),
      /** CPU that web spends on one page. */
      cpuMillisecondsPerPage: z.number().positive().max(10_000),
    })
    .optional(),
  /** Pods of the release that the nodes can hold; in the simulation more stay Pending. */
  schedulablePods: z.int().min(1).optional(),
  components: z.partialRecord(componentNameSchema, componentTargetSchema).default({}),
});
export type Target = z.infer<typeof targetSchema>;

export const objectivesSchema = z.strictObject({
  timeToFirstTokenP95: durationSchema.prefault('3s'),
  queueWaitP95: durationSchema.prefault('5s'),
  /** Failed of all requests, 0–1. */
  errorRatio: z.number().min(0).max(1).default(0.01),
});
export type Objectives = z.infer<typeof objectivesSchema>;

export const demandSchema = z.strictObject({
  /** Whole replays of the recorded arrivals, scaled by `growthRatio`; or points, linear in between. */
  points: z.array(z.strictObject({ at: durationSchema, arrivalsPerSecond: z.number().min(0) })).optional(),
  growthRatio: z.number().positive().default(1),
});
export type DemandConfig = z.infer<typeof demandSchema>;

export const capsSchema = z.strictObject({
  /** Load above these is refused before it starts. */
  maxArrivalsPerSecond: z.number().positive().default(50),
  maxDuration: durationSchema.prefault('1h'),
  /** No maxReplicas above this is recommended. */
  maxReplicas: z.int().min(1).default(20),
});

export const configSchema = z.strictObject({
  targets: z.record(z.string(), targetSchema).default({}),
  profiles: z.record(z.string(), profileSchema).default({}),
  objectives: objectivesSchema.prefault({}),
  demand: demandSchema.prefault({}),
  caps: capsSchema.prefault({}),
  /** Money for one replica of a component and hour; replica-hours alone when absent. */
  replicaHourPrice: z.partialRecord(componentNameSchema, z.number().min(0)).default({}),
  /** Lowest minReplicas that may be recommended; below 2 only where it is written here. */
  minReplicas: z.partialRecord(componentNameSchema, z.int().min(0)).default({}),
});
export type Config = z.infer<typeof configSchema>;
