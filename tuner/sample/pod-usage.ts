import { z } from 'zod';
import type { ComponentObjects } from '../cluster/cluster.ts';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import { parseNanos } from '../contracts/quantity.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { goDurationSeconds } from './moments.ts';
import { type Poll, startPoll } from './poll.ts';
import { readable, reasonOf, type SourceContext } from './source.ts';

const podMetricsListSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      timestamp: z.string(),
      window: z.string(),
      containers: z.array(
        z.looseObject({ name: z.string(), usage: z.looseObject({ cpu: z.string(), memory: z.string() }) }),
      ),
    }),
  ),
});
export type PodMetricsList = z.infer<typeof podMetricsListSchema>;
type UsagePods = ClusterSampleOf<'usage'>['pods'];

/**
 * Reads the very list the HPA controller reads, and writes it when it differs from the one before. An empty list is an
 * answer, no gap: the controller sees the same.
 */
export function pollUsage(context: SourceContext, component: ComponentObjects, everyMs = 2_000): Poll {
  const { cluster, clock, gaps, signal } = context;
  const source = `usage/${component.name}`;
  const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${cluster.namespace}/pods`;
  let before: { pods: string; atSeconds: number } | null = null;

  const read = async () => {
    const query = { labelSelector: component.labelSelector };
    const answer = podMetricsListSchema.parse(
      await cluster.api.get(path, { query, signal, timeoutMs: 5_000 }),
    );
    const atSeconds = clock.nowSeconds();
    const pods = usagePods(answer, clock);
    const text = JSON.stringify(pods);
    gaps.heard(source);
    if (text !== before?.pods) {
      const previousReadAtSeconds = before?.atSeconds ?? null;
      context.write({ type: 'usage', atSeconds, component: component.name, previousReadAtSeconds, pods });
    }
    before = { pods: text, atSeconds };
  };
  return startPoll({
    everyMs,
    signal,
    read,
    onFailure: (thrown) => gaps.silent(source, reasonOf(thrown)),
  });
}

/** Sorted by name: the API's order is that of a map and would look like a change. */
export function usagePods({ items }: PodMetricsList, clock: RunClock): UsagePods {
  return items
    .map(({ metadata, timestamp, window, containers }) => ({
      name: metadata.name,
      timestampAtSeconds: clock.secondsAt(timestamp),
      windowSeconds: readable(goDurationSeconds(window), window),
      containers: Object.fromEntries(
        containers.map(({ name, usage }) => [
          name,
          { cpuMillicores: inUnits(usage.cpu, 1e6), memoryBytes: inUnits(usage.memory, 1e9) },
        ]),
      ),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Exact below 2^53 nano-units and to 16 digits above: 90 days of a core, 9 PB. */
function inUnits(quantity: string, nanoPerUnit: number): number {
  return Number(readable(parseNanos(quantity), quantity)) / nanoPerUnit;
}
