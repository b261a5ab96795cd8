/** The part of a world that becomes Kubernetes objects: nodes, Deployments, HPAs. */
import { z } from 'zod';

const millicores = z.number().int().positive();
const mebibytes = z.number().int().positive();

const resources = z.strictObject({
  cpuMillicores: millicores.describe('thousandths of a core'),
  memoryMiB: mebibytes.describe('MiB'),
});

/** What the user's HPA says today. Exactly the metrics that are not null are rendered, in this order. */
const hpa = z.strictObject({
  minReplicas: z.number().int().min(0),
  maxReplicas: z.number().int().positive(),
  cpuTargetPercent: z
    .number()
    .int()
    .positive()
    .nullable()
    .describe('Resource cpu, averageUtilization; null: no such metric'),
  queueTargetPerReplica: z
    .number()
    .int()
    .positive()
    .nullable()
    .describe('External dify_workflow_queue_depth, AverageValue; null: no such metric'),
  behavior: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('autoscaling/v2 behavior as it stands; null: none, so the API server fills in the defaults'),
});

const component = z.strictObject({
  replicas: z.number().int().min(0).describe('spec.replicas when the sandbox comes up'),
  env: z
    .record(z.string(), z.string())
    .describe("the container's environment; the stand-in reads the pods', not this"),
  requests: resources.nullable().describe('null: none, so a CPU HPA has nothing to divide by'),
  limits: resources.nullable().describe('null: none, so the node is the limit'),
  startupSeconds: z
    .strictObject({ min: z.number().min(0), max: z.number().positive() })
    .refine((range) => range.min <= range.max, 'min must not be above max')
    .describe('from Running to Ready, uniform'),
  terminationGraceSeconds: z.number().int().min(0).describe('spec.terminationGracePeriodSeconds'),
  hpa: hpa.nullable().describe('null: no autoscaler'),
});

export const clusterSchema = z.strictObject({
  nodes: z.strictObject({
    count: z.number().int().positive(),
    allocatable: resources.describe('per node'),
  }),
  api: component,
  worker: component,
});

export type WorldCluster = z.infer<typeof clusterSchema>;
export type WorldComponent = z.infer<typeof component>;
export type WorldHpa = z.infer<typeof hpa>;
