import { z } from 'zod';
import { durationSchema } from './duration.ts';

/** A quantity as Kubernetes spells it; the API server judges the rest. */
const quantitySchema = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => /^\d+(\.\d+)?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/.test(text), {
    error: ({ input }) => `"${String(input)}" is no quantity; write it as Kubernetes does: 500m, 2, 1Gi`,
  });
const resourceListSchema = z.strictObject({
  cpu: quantitySchema.optional(),
  memory: quantitySchema.optional(),
  'ephemeral-storage': quantitySchema.optional(),
});

const tolerationSchema = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(['Exists', 'Equal']).optional(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
  tolerationSeconds: z.int().optional(),
});

/** Stays text: a target is written to run.json as it was resolved, and read from there again. */
const durationTextSchema = z.string().superRefine((text, context) => {
  const parsed = durationSchema.safeParse(text);
  for (const { message } of parsed.error?.issues ?? [])
    context.addIssue({ code: 'custom', message, input: text });
});

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Where a target's load comes from. */
export const loadSettingsSchema = z
  .strictObject({
    /** local: k6 on this machine; job: an Indexed Job in the cluster; k6-operator: a TestRun in the cluster. */
    runner: z.enum(['local', 'job', 'k6-operator']).default('local'),
    /** Runners side by side; each takes an equal share of the arrivals. */
    parallelism: z.int().min(1).max(500).default(1),
    /** A k6 built from scenarios/extension (docs/runners.md). */
    image: z.string().min(1).optional(),
    imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
    /** With curl and a shell, by which k6-operator begins the runners; its own from ghcr.io when absent. */
    starterImage: z.string().min(1).optional(),
    /** Names of Secrets in the runners' namespace. */
    imagePullSecrets: z.array(z.string().min(1)).default([]),
    /** Of the runners; the target's when absent. */
    namespace: z
      .string()
      .regex(dnsLabel, 'no name of a namespace: lower-case letters, digits and -')
      .optional(),
    /** Base of the Service API without /v1 as pods of the cluster reach it; the target's `url` when absent. */
    url: z.url({ protocol: /^https?$/ }).optional(),
    resources: z
      .strictObject({ requests: resourceListSchema.optional(), limits: resourceListSchema.optional() })
      .prefault({ requests: { cpu: '1', memory: '1Gi' } }),
    nodeSelector: z.record(z.string(), z.string()).default({}),
    tolerations: z.array(tolerationSchema).default([]),
    /** Runners are kept apart as far as there is room: on different nodes, in different zones, or not at all. */
    spread: z.enum(['nodes', 'zones', 'none']).default('nodes'),
    /** How long images may be pulled and nodes be found. */
    readyTimeout: durationTextSchema.default('5m'),
  })
  .superRefine((settings, context) => {
    for (const { key, message } of contradictions(settings)) {
      context.addIssue({ code: 'custom', path: [key], message, input: settings });
    }
  });
export type LoadSettings = z.infer<typeof loadSettingsSchema>;

type Contradiction = { readonly key: keyof LoadSettings; readonly message: string };

function contradictions({ runner, parallelism, image, starterImage }: LoadSettings): Contradiction[] {
  const found: Contradiction[] = [];
  if (runner !== 'k6-operator' && starterImage !== undefined) {
    const message = `runner: ${runner} has no starter; it needs \`runner: k6-operator\``;
    found.push({ key: 'starterImage', message });
  }
  if (runner === 'local') {
    const remedy = 'it needs `runner: job` or `runner: k6-operator`';
    if (parallelism > 1) found.push({ key: 'parallelism', message: `one machine is one runner; ${remedy}` });
    if (image !== undefined) found.push({ key: 'image', message: `runner: local starts no pod; ${remedy}` });
  } else if (image === undefined) {
    const message = `runner: ${runner} needs an image with tune's k6 (docs/runners.md)`;
    found.push({ key: 'image', message });
  }
  return found;
}
