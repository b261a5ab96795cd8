import { z } from 'zod';
import { trafficClassSchema } from './component.ts';

/** load-plan.json: what k6 is told to do (docs/traffic.md). Keys come by its environment and stand in no plan. */

export const plannedScenarioSchema = z.strictObject({
  /** k6's name of the scenario and value of the tag `scenario`; equal to `kind` unless one kind runs twice. */
  name: z.string().min(1),
  kind: trafficClassSchema,
  responseMode: z.enum(['streaming', 'blocking']),
  startArrivalsPerSecond: z.number().min(0),
  /**
   * k6 ramping-arrival-rate: linear from the rate before to the rate named; 0 seconds: a jump. Where `arrivals` are
   * given these are their mean rates over stretches of the replay, for people and for the evidence.
   */
  stages: z
    .array(z.strictObject({ durationSeconds: z.number().min(0), arrivalsPerSecond: z.number().min(0) }))
    .min(1),
  /**
   * random: a Poisson process of that rate, drawn by the plan's seed and the scenario's name; even: one whenever the
   * area under the rate reaches a whole number. Absent: even, and where `arrivals` are given.
   */
  arrivalSpacing: z.enum(['random', 'even']).optional(),
  preAllocatedVUs: z.int().min(1),
  maxVUs: z.int().min(1),
  gracefulStopSeconds: z.number().min(0),
  requestTimeoutSeconds: z.number().positive(),
  /**
   * Replay: one arrival each, as `seconds,promptTokens,answerTokens` since second 0, ascending. They go before
   * `stages`, `promptTokens` and `answerTokens`.
   */
  arrivals: z
    .array(z.string().regex(/^\d+(\.\d+)?,\d+,\d+$/))
    .min(1)
    .optional(),
  /** Dify `inputs`; `{prompt}` stands for the prompt, `{column}` for a value of the row in `dataFile`. */
  inputs: z.record(z.string(), z.string()),
  /** Mean length of a generated prompt. */
  promptTokens: z.int().min(1),
  /** File with one prompt a line, taken in turn instead of generated ones; absolute. */
  promptFile: z.string().optional(),
  /** CSV (.csv) or JSONL (any other ending) with a row for each iteration, taken in turn; absolute. */
  dataFile: z.string().optional(),
  /** Text behind each prompt, such as hints for a mock LLM; `{answerTokens}` stands for the length wanted. */
  promptSuffix: z.string(),
  /** Mean of `{answerTokens}`; absent: 100. */
  answerTokens: z.int().min(1).optional(),
  /** Chat: messages of one conversation, which is one arrival; absent: 1. */
  turns: z.int().min(1).optional(),
  /** Mean time from an answer to the next message; absent: 0. */
  thinkSeconds: z.number().min(0).optional(),
  /** Users who do not wait for the end of a streamed answer; absent: all do. */
  stop: z
    .strictObject({
      share: z.number().min(0).max(1),
      afterTokens: z.int().min(1),
      by: z.enum(['hangUp', 'stopCall']),
    })
    .optional(),
  /** Of kind indexing. */
  indexing: z
    .strictObject({
      datasetId: z.string().min(1),
      indexingTechnique: z.enum(['economy', 'high_quality']),
      pollSeconds: z.number().positive(),
      timeoutSeconds: z.number().positive(),
    })
    .optional(),
});
export type PlannedScenario = z.infer<typeof plannedScenarioSchema>;

export const loadPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  seed: z.int(),
  /** Stands in the names of users and documents of this run, on all its runners; absent: each runner makes one up. */
  run: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional(),
  /** Base of the Service API with /v1. */
  baseUrl: z.url(),
  /** Moment of the plan's second 0, so that several runners begin together; absent: at once. */
  startAt: z.iso.datetime().optional(),
  scenarios: z.array(plannedScenarioSchema).min(1),
});
export type LoadPlan = z.infer<typeof loadPlanSchema>;
