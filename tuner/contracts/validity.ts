import { z } from 'zod';

/** validity.json: was this run fit to learn from. */
export const validityCheckSchema = z.strictObject({
  /** Kebab-case, stable: `dropped-iterations`, `generator-cpu`, `pods-pending`, … */
  id: z.string(),
  /** null: could not be judged, `because` says why. */
  isPassed: z.boolean().nullable(),
  /** The number judged; null when there is none. */
  value: z.number().nullable(),
  limit: z.number().nullable(),
  unit: z.string(),
  because: z.string(),
  /** A failed check of this severity makes the run `invalid`, else `doubtful`. */
  severity: z.enum(['invalidates', 'weakens']),
});
export type ValidityCheck = z.infer<typeof validityCheckSchema>;

export const validitySchema = z.strictObject({
  schemaVersion: z.literal(1),
  verdict: z.enum(['valid', 'doubtful', 'invalid']),
  checks: z.array(validityCheckSchema),
});
export type Validity = z.infer<typeof validitySchema>;
