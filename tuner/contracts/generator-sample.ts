import { z } from 'zod';

/** One line of generator.ndjson, once a second: was the machine that makes the load the bottleneck. */
export const generatorSampleSchema = z.strictObject({
  type: z.literal('generator'),
  /** Seconds since run start. */
  atSeconds: z.number(),
  /** Busy share of all the host's cores since the sample before, 0–1; null where the system does not tell. */
  hostCpuRatio: z.number().nullable(),
  hostCores: z.int(),
  /** Cores k6 used since the sample before (1 = one whole core); null when it is not running. */
  k6CpuCores: z.number().nullable(),
  /** Resident memory of k6. */
  k6MemoryBytes: z.number().nullable(),
  k6OpenFiles: z.int().nullable(),
  /** Soft limit of open files; null: none, or unknown. */
  openFilesLimit: z.int().nullable(),
  /** TCP sockets of the whole machine, listening ones included; null off Linux, absent in older files. */
  tcpSocketsInUse: z.int().nullable().optional(),
  /** Ports that a closed connection keeps for a minute (TIME_WAIT). */
  tcpTimeWait: z.int().nullable().optional(),
  /** Ports that outgoing connections may use. */
  ephemeralPorts: z.int().nullable().optional(),
});
export type GeneratorSample = z.infer<typeof generatorSampleSchema>;

/** One line of generator.ndjson where the load comes from pods: what metrics.k8s.io knows of one of them. */
export const runnerUsageSchema = z.strictObject({
  type: z.literal('runner'),
  atSeconds: z.number(),
  /** Number of the runner, from 0. */
  runner: z.int().min(0),
  /** Mean over the metric's window. */
  cpuCores: z.number(),
  memoryBytes: z.number(),
});
export type RunnerUsage = z.infer<typeof runnerUsageSchema>;

export const generatorLineSchema = z.discriminatedUnion('type', [generatorSampleSchema, runnerUsageSchema]);
export type GeneratorLine = z.infer<typeof generatorLineSchema>;
