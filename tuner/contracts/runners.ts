import { z } from 'zod';

/** runners.json: the load generators of a run that loaded from a cluster; rewritten whole whenever it changes. */

export const runnerSchema = z.strictObject({
  /** From 0; its share of the arrivals is one in `parallelism`. */
  index: z.int().min(0),
  /** null: none was made. */
  pod: z.string().nullable(),
  node: z.string().nullable(),
  /** k6 had its VUs and waited; seconds since run start, null: never. */
  readySeconds: z.number().nullable(),
  /** It began to send, by its own clock put right by `clockOffsetSeconds`. */
  startSeconds: z.number().nullable(),
  /** This machine's clock minus the runner's, the log's own delay included; null: not measured. */
  clockOffsetSeconds: z.number().nullable(),
  /** From here on its share of the load is missing; null: it ran to its end. */
  lostSeconds: z.number().nullable(),
  lostBecause: z.string().nullable(),
  /** k6 said that it ended in order. */
  hasEnded: z.boolean(),
  /** Stretches of the log that the cluster no longer had when they were asked for again. */
  logGaps: z.array(z.strictObject({ fromSeconds: z.number(), toSeconds: z.number() })),
  /** `limits.cpu` in cores; null: none. */
  cpuLimitCores: z.number().nullable(),
});
export type Runner = z.infer<typeof runnerSchema>;

export const runnersSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.enum(['job', 'k6-operator']),
  namespace: z.string(),
  /** Of the Job or TestRun. */
  name: z.string(),
  image: z.string(),
  parallelism: z.int().min(1),
  runners: z.array(runnerSchema),
});
export type Runners = z.infer<typeof runnersSchema>;
