import { z } from 'zod';

const path = z.string().min(1);

/** Absolute paths of every program a sandbox runs; `tool-paths.ts` knows them. */
export const sandboxToolsSchema = z.object({
  kubectl: path,
  kwok: path,
  kwokctl: path,
  kubeApiserver: path,
  kubeControllerManager: path,
  kubeScheduler: path,
  etcd: path,
  metricsServer: path,
  metricsServerManifests: path,
  redisServer: z.object({ path, flavour: z.enum(['redis', 'embedded']) }),
});
export type SandboxTools = z.infer<typeof sandboxToolsSchema>;

/** What the supervisor is told, on its command line. */
export const sandboxPlanSchema = z.object({
  name: z.string(),
  folder: path,
  worldFile: path,
  owner: z.enum(['caller', 'itself']),
  firstPort: z.number().int().nullable(),
  kubeVersion: z.string(),
  tools: sandboxToolsSchema,
});
export type SandboxPlan = z.infer<typeof sandboxPlanSchema>;
