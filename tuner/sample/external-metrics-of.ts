import { z } from 'zod';
import { selectorText } from '../cluster/deployment.ts';
import type { Target } from '../contracts/config.ts';
import type { ExternalMetricQuery } from './external-metric.ts';

const externalSchema = z.looseObject({
  type: z.literal('External'),
  external: z.looseObject({
    metric: z.looseObject({
      name: z.string(),
      selector: z
        .looseObject({
          matchLabels: z.record(z.string(), z.string()).optional(),
          matchExpressions: z
            .array(
              z.looseObject({
                key: z.string(),
                operator: z.string(),
                values: z.array(z.string()).optional(),
              }),
            )
            .optional(),
        })
        .nullish(),
    }),
  }),
});
const specSchema = z.looseObject({ metrics: z.array(z.unknown()).nullish() });

/** The external metrics that a target names and an HPA's spec scales on. */
export function externalMetrics(queueMetric: Target['queueMetric'], spec?: unknown): ExternalMetricQuery[] {
  const named =
    queueMetric === undefined
      ? []
      : [{ name: queueMetric.name, selector: selectorText({ matchLabels: queueMetric.matchLabels }) }];
  const metrics = specSchema.safeParse(spec).data?.metrics ?? [];
  const scaledOn = metrics.flatMap((metric) => {
    const parsed = externalSchema.safeParse(metric);
    if (!parsed.success) return [];
    const { name, selector } = parsed.data.external.metric;
    return [{ name, selector: selectorText(selector ?? {}) }];
  });
  return [...named, ...scaledOn];
}
