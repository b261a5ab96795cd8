import { z } from 'zod';
import { requestClassSchema } from './component.ts';

/** load-plan.json: what k6 is told to do (docs/traffic.md). Keys come by its environment and stand in no plan. */

export const plannedScenarioSchema = z.strictObject({
  /** k6's name of the scenario and value of the tag `scenario`; equal to `kind` unless one kind runs twice. */
  name: z.string().min(1),
  kind: requestClassSchema,
  responseMode: z.enum(['streaming', 'blocking']),
  startArrivalsPerSecond: z.number().min(0),
  /** k6 ramping-arrival-rate: linear from the rate before to the rate named; 0 seconds: a jump. */
  stages: z
    .array(z.strictObject({ durationSeconds: z.number().min(0), arrivalsPerSecond: z.number().min(0) }))
    .min(1),
  preAllocatedVUs: z.int().min(1),
  maxVUs: z.int().min(1),
  gracefulStopSeconds: z.number().min(0),
  requestTimeoutSeconds: z.number().positive(),
  /** Dify `inputs`; `{prompt}` is replaced by the prompt. */
  inputs: z.record(z.string(), z.string()),
  /** Mean length of a generated prompt. */
  promptTokens: z.int().min(1),
  /** File with one prompt a line, taken in turn instead of generated ones; absolute. */
  promptFile: z.string().optional(),
  /** Text behind each prompt, such as pace hints for a mock LLM. */
  promptSuffix: z.string(),
});
export type PlannedScenario = z.infer<typeof plannedScenarioSchema>;

export const loadPlanSchema = z.strictObject({
  schemaVersion: z.literal(1),
  seed: z.int(),
  /** Base of the Service API with /v1. */
  baseUrl: z.url(),
  /** Moment of the plan's second 0, so that several runners begin together; absent: at once. */
  startAt: z.iso.datetime().optional(),
  scenarios: z.array(plannedScenarioSchema).min(1),
});
export type LoadPlan = z.infer<typeof loadPlanSchema>;
