import { z } from 'zod';

/** run.json: what was run, against what, and how it ended. Rewritten whole; never holds a secret's value. */
export const runSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** The run folder's name: `<time>-<target>`. */
  id: z.string(),
  versions: z.strictObject({
    tune: z.string(),
    k6: z.string().nullable(),
    kubernetes: z.string().nullable(),
    /** Label helm.sh/chart of the Deployments. */
    chart: z.string().nullable(),
    /** X-Version header or the image tag. */
    dify: z.string().nullable(),
  }),
  targetName: z.string(),
  /** The target as configured; secrets by their source, never by value. */
  target: z.unknown(),
  profileName: z.string(),
  /** The profile as resolved: durations in seconds. */
  profile: z.unknown(),
  objectives: z.strictObject({
    timeToFirstTokenP95Seconds: z.number(),
    queueWaitP95Seconds: z.number(),
    errorRatio: z.number(),
  }),
  /** API server's clock minus ours, to half a second; null: the server did not tell. */
  clockSkewSeconds: z.number().nullable(),
  startAt: z.iso.datetime(),
  /** null: still going on, or killed before it could say so. */
  endAt: z.iso.datetime().nullable(),
  /** Second at which the first arrival was due. */
  loadStartSeconds: z.number().nullable(),
  loadEndSeconds: z.number().nullable(),
  ended: z.enum(['running', 'complete', 'interrupted', 'failed']),
  /** Why it failed, as an error code; null otherwise. */
  endedBecause: z.string().nullable(),
});
export type Run = z.infer<typeof runSchema>;
