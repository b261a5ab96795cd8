import { z } from 'zod';

const resourceListSchema = z.record(z.string(), z.string()).optional();
const labelSelectorSchema = z.looseObject({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.looseObject({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});

export const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string().default(''),
  resources: z.looseObject({ requests: resourceListSchema, limits: resourceListSchema }).optional(),
  env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).optional(),
});

/** What is read of a Deployment as the API server sends it. */
export const deploymentSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    resourceVersion: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.looseObject({
    replicas: z.int().default(1),
    selector: labelSelectorSchema,
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(containerSchema).min(1),
        terminationGracePeriodSeconds: z.int().default(30),
      }),
    }),
  }),
  status: z
    .looseObject({
      replicas: z.int().default(0),
      readyReplicas: z.int().default(0),
      observedGeneration: z.int().optional(),
    })
    .prefault({}),
});
export type Deployment = z.infer<typeof deploymentSchema>;
export const deploymentListSchema = z.looseObject({ items: z.array(deploymentSchema) });

/**
 * A label selector in the form of the `labelSelector` query parameter.
 *
 * @example selectorText({ matchLabels: { app: 'a' }, matchExpressions: [{ key: 'b', operator: 'In', values: ['x', 'y'] }] })
 * // 'app=a,b in (x,y)'
 */
export function selectorText(selector: z.infer<typeof labelSelectorSchema>): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...labels, ...expressions].join(',');
}
