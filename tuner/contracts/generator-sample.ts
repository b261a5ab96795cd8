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
