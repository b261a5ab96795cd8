import { z } from 'zod';
import { componentNameSchema } from './component.ts';

/** verdict.json: how far model and reality are apart, and whether the run met its objectives. */

export const comparisonSchema = z.strictObject({
  /** What is compared: `api readyReplicas`, `queueDepth`, … */
  quantity: z.string(),
  unit: z.string(),
  /** Means over the time axis, in `unit`; the simulated one over several draws of all that is luck. */
  recorded: z.number(),
  simulated: z.number(),
  /** Lowest and highest of the draws: a recorded mean between them is not told from luck. Absent in older files. */
  simulatedLow: z.number().optional(),
  simulatedHigh: z.number().optional(),
  /** Mean absolute difference over the time axis, in `unit`; of several draws the mean. */
  meanAbsoluteError: z.number(),
});

export const verdictSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runId: z.string(),
  /** Recorded metrics through tuner/hpa against what the real controller set. */
  replay: z.array(
    z.strictObject({
      component: componentNameSchema,
      hpaName: z.string(),
      syncs: z.int(),
      mismatches: z.int(),
      /** 0–1; null without a sync. */
      mismatchRatio: z.number().nullable(),
      /** The first few that differ. */
      examples: z.array(
        z.strictObject({
          atSeconds: z.number(),
          recordedDesired: z.int(),
          modelDesired: z.int(),
          note: z.string(),
        }),
      ),
    }),
  ),
  /** The simulator with the settings in force against the recording it learned from. */
  calibration: z.array(comparisonSchema),
  /** The load's own objectives, as measured in the run. */
  objectives: z.array(
    z.strictObject({
      id: z.string(),
      unit: z.string(),
      limit: z.number(),
      measured: z.number().nullable(),
      isMet: z.boolean().nullable(),
    }),
  ),
  /** What a re-test of the proposed settings found; null: not re-tested. */
  retest: z.null(),
});
export type Verdict = z.infer<typeof verdictSchema>;
