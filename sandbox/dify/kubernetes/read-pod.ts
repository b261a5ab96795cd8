import { z } from 'zod';
import { parseSignedMilli } from '../../../tuner/contracts/quantity.ts';
import type { PodSnapshot } from './pod-source.ts';

const podSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    name: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().optional(),
  }),
  spec: z.object({
    terminationGracePeriodSeconds: z.number().default(30),
    containers: z.array(
      z.object({
        env: z.array(z.object({ name: z.string(), value: z.string().default('') })).default([]),
        resources: z.object({ limits: z.record(z.string(), z.string()).default({}) }).default({ limits: {} }),
      }),
    ),
  }),
  status: z
    .object({
      phase: z.string().optional(),
      conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
    })
    .default({ conditions: [] }),
});

/**
 * A pod as the API server sends it; null for pods of other components.
 *
 * @throws ZodError when it is no pod
 */
export function readPod(object: unknown): PodSnapshot | null {
  const { metadata, spec, status } = podSchema.parse(object);
  const { component } = metadata.labels;
  if (component !== 'api' && component !== 'worker') return null;
  const [container] = spec.containers;
  const cpu = container?.resources.limits.cpu;
  const limitMillicores = cpu === undefined ? null : parseSignedMilli(cpu);
  return {
    uid: metadata.uid,
    name: metadata.name,
    component,
    isRunning: status.phase === 'Running',
    isReady: status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    isTerminating: metadata.deletionTimestamp !== undefined,
    graceSeconds: metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds,
    env: Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value])),
    cpuLimitCores: limitMillicores === null ? null : limitMillicores / 1000,
  };
}
