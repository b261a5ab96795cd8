import { z } from 'zod';
import type { Evidence } from '../contracts/evidence.ts';

const externalSchema = z.object({
  external: z.object({
    metric: z.object({
      name: z.string(),
      selector: z.object({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
    }),
  }),
});

/**
 * The External metric that an HPA in force scales on: where the run recorded the queue, it is the queue's.
 *
 * @returns null without one, or where the queue's length was not recorded
 */
export function recordedQueueMetric(
  evidence: Evidence,
): { readonly name: string; readonly matchLabels: Record<string, string> } | null {
  if (evidence.timeline.queueDepth === null) return null;
  for (const { hpaSpec } of Object.values(evidence.components)) {
    const metrics = z.array(z.unknown()).safeParse(hpaSpec?.metrics).data ?? [];
    for (const metric of metrics) {
      const found = externalSchema.safeParse(metric).data?.external.metric;
      if (found !== undefined) return { name: found.name, matchLabels: found.selector?.matchLabels ?? {} };
    }
  }
  return null;
}
