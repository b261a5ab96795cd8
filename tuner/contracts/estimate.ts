import { z } from 'zod';

/** A number that was estimated from a recording, with how sure it is. */
export const estimateSchema = z.strictObject({
  /** The point estimate, in the unit of the field that holds it. */
  value: z.number(),
  /** Bounds of the interval at `confidenceLevel`. */
  low: z.number(),
  high: z.number(),
  /** 0–1, usually 0.95. */
  confidenceLevel: z.number(),
  /** The method by name: "least squares, bootstrap over 5 s windows, 1,000 resamples, seeded". */
  method: z.string(),
  sampleCount: z.int(),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** A spread of observed values; quantiles by linear interpolation (R type 7) or from the merged histogram. */
export const distributionSchema = z.strictObject({
  count: z.int(),
  mean: z.number(),
  min: z.number(),
  p05: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
});
export type Distribution = z.infer<typeof distributionSchema>;

/** A stretch of time without values of one source, and why. */
export const gapSchema = z.strictObject({
  /** The source that is silent: `usage`, `queue`, `load`, … */
  source: z.string(),
  fromSeconds: z.number(),
  /** null: still silent when the run ended. */
  toSeconds: z.number().nullable(),
  reason: z.string(),
});
export type Gap = z.infer<typeof gapSchema>;
