import { z } from 'zod';
import { componentNameSchema } from './component.ts';

/** One line of events.ndjson. Moments are seconds since run start and may be negative. */

export const kubernetesEventSchema = z.strictObject({
  type: z.literal('event'),
  atSeconds: z.number(),
  /** Verbatim: SuccessfulRescale, FailedGetResourceMetric, OOMKilled, FailedScheduling, … */
  reason: z.string(),
  message: z.string(),
  kind: z.string(),
  name: z.string(),
  component: componentNameSchema.nullable(),
  /** How often the API server has counted it. */
  count: z.int(),
  isWarning: z.boolean(),
});

export const podMarkSchema = z.strictObject({
  type: z.literal('podMark'),
  atSeconds: z.number(),
  component: componentNameSchema,
  pod: z.string(),
  mark: z.enum(['created', 'scheduled', 'started', 'ready', 'unready', 'terminating', 'gone']),
});

/** What the load did: the beginning of a stage, its end, the beginning and end of the whole. */
export const loadMarkSchema = z.strictObject({
  type: z.literal('load'),
  atSeconds: z.number(),
  mark: z.enum(['started', 'stage', 'ended', 'aborted']),
  /** Planned arrivals per second at this mark; null at the end. */
  arrivalsPerSecond: z.number().nullable(),
});

export const runEventSchema = z.discriminatedUnion('type', [
  kubernetesEventSchema,
  podMarkSchema,
  loadMarkSchema,
]);
export type RunEvent = z.infer<typeof runEventSchema>;
