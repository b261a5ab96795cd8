import { z } from 'zod';

/**
 * The lines of load.ndjson, written by `k6 --out buckets=FILE` and, merged, by several runners.
 *
 * Metrics, tags and outcomes are described in docs/traffic.md. `scenario`, `endpoint` and `outcome` are "" where a
 * sample does not carry them; a stream's gaps, tokens and bytes are written while it runs and so have no outcome.
 */

const headerLineSchema = z.strictObject({
  type: z.literal('header'),
  schemaVersion: z.literal(1),
  /** When second 0 began. */
  startAt: z.iso.datetime(),
  histogram: z.strictObject({ scheme: z.literal('log-linear'), subBucketsPerOctave: z.literal(64) }),
  /** Which of several load generators wrote this; ids of series hold for one runner. */
  runner: z.string(),
});

/** Stands before the first use of its id. */
const seriesLineSchema = z.strictObject({
  type: z.literal('series'),
  id: z.int().min(0),
  metric: z.string(),
  kind: z.enum(['counter', 'gauge', 'rate', 'trend']),
  scenario: z.string(),
  endpoint: z.string(),
  outcome: z.string(),
});

const bucketValueSchema = z.strictObject({
  id: z.int().min(0),
  /** Samples in this second. */
  count: z.int().min(0),
  /** Of the samples' values; for a rate, how many were not 0. */
  sum: z.number(),
  /** Gauges, and trends of more than one sample: of one, `sum` says it. */
  min: z.number().optional(),
  max: z.number().optional(),
  /** Gauges: the newest value of the second. */
  last: z.number().optional(),
  /** Trends: samples ≤ 0, which have no bin; absent when there were none. */
  zeroCount: z.int().min(1).optional(),
  /** Trends: pairs of bin index and count, indices ascending. */
  bins: z.array(z.int()).optional(),
});

/** One second of all series that had samples. Samples that came late open a further line for the same second: add up. */
const bucketLineSchema = z.strictObject({
  type: z.literal('bucket'),
  atSeconds: z.int().min(0),
  values: z.array(bucketValueSchema),
});

/** Written when k6 ended in order; absent after a kill. */
const footerLineSchema = z.strictObject({
  type: z.literal('footer'),
  endedAt: z.iso.datetime(),
  /** Samples that were no finite number. */
  droppedSamples: z.int().min(0),
});

export const loadLineSchema = z.discriminatedUnion('type', [
  headerLineSchema,
  seriesLineSchema,
  bucketLineSchema,
  footerLineSchema,
]);
export type LoadLine = z.infer<typeof loadLineSchema>;

/**
 * Whether a finished request failed for the user.
 *
 * @param outcome tag of the metric `requests`: `ok`, `stopped` (ended from the generator's side: a stop that the
 *   scenario asked for, or the end of the run), or the class of the failure
 * @returns false for `ok`, for `stopped`, and for "" (a sample that does not tell)
 */
export function isFailedOutcome(outcome: string): boolean {
  return outcome !== 'ok' && outcome !== 'stopped' && outcome !== '';
}

/** Whether a request went on with a conversation: then it was no arrival of the plan (docs/traffic.md). */
export function isLaterMessage(endpoint: string): boolean {
  return endpoint === 'chat-messages-next';
}

/** Bins of a log-linear histogram: 64 of equal width in each power of two, so a midpoint is within 1/128 of its samples. */
export const subBucketsPerOctave = 64;

/**
 * The bin that a value falls into; scenarios/extension/buckets/bin.go is the same in Go.
 *
 * @param value > 0, in the metric's unit; values ≤ 0 have no bin and are counted apart
 * @returns e × 64 + floor((2m − 1) × 64) with value = m × 2^e, 0.5 ≤ m < 1
 * @example binIndex(100) // 484: 100 = 0.78125 × 2^7, 7 × 64 + 0.5625 × 64
 */
export function binIndex(value: number): number {
  let exponent = Math.floor(Math.log2(value)) + 1;
  let mantissa = value / 2 ** exponent;
  // log2 rounds: a value next to a power of two can land on the wrong side of it.
  if (mantissa >= 1) {
    mantissa /= 2;
    exponent += 1;
  } else if (mantissa < 0.5) {
    mantissa *= 2;
    exponent -= 1;
  }
  return exponent * subBucketsPerOctave + Math.floor((mantissa * 2 - 1) * subBucketsPerOctave);
}

/**
 * The middle of a bin, in the metric's unit.
 *
 * @example binMidpoint(484) // 100.5: the bin holds 100 ≤ value < 101
 */
export function binMidpoint(index: number): number {
  const exponent = Math.floor(index / subBucketsPerOctave);
  const step = index - exponent * subBucketsPerOctave;
  return ((step + 0.5) / subBucketsPerOctave + 1) * 2 ** (exponent - 1);
}
