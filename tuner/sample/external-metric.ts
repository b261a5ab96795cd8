import { z } from 'zod';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import { parseSignedMilli } from '../contracts/quantity.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { type Poll, startPoll } from './poll.ts';
import { readable, reasonOf, type SourceContext } from './source.ts';

const valueListSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      value: z.string(),
      timestamp: z.string(),
      metricLabels: z.record(z.string(), z.string()).nullish(),
    }),
  ),
});

export interface ExternalMetricQuery {
  readonly name: string;
  /** Label selector text; empty: none. */
  readonly selector: string;
}

/** Reads a metric as the HPA controller does, and writes it when it differs from the read before. */
export function pollExternalMetric(
  context: SourceContext,
  metric: ExternalMetricQuery,
  everyMs = 2_000,
): Poll {
  const { cluster, clock, gaps, signal } = context;
  const source = `externalMetric/${metric.name}`;
  const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${cluster.namespace}/${metric.name}`;
  let before: { values: string; atSeconds: number } | null = null;

  const read = async () => {
    const query = metric.selector === '' ? {} : { labelSelector: metric.selector };
    const answer = await cluster.api.get(path, { query, signal, timeoutMs: 5_000 });
    const atSeconds = clock.nowSeconds();
    const values = metricValues(answer, clock);
    gaps.heard(source);
    const text = JSON.stringify(values.map(({ milliValue, labels }) => [milliValue, labels]));
    if (text !== before?.values) {
      const previousReadAtSeconds = before?.atSeconds ?? null;
      context.write({ type: 'externalMetric', atSeconds, ...metric, previousReadAtSeconds, values });
    }
    before = { values: text, atSeconds };
  };
  return startPoll({
    everyMs,
    signal,
    read,
    onFailure: (thrown) => gaps.silent(source, reasonOf(thrown)),
  });
}

export function metricValues(answer: unknown, clock: RunClock): ClusterSampleOf<'externalMetric'>['values'] {
  return valueListSchema.parse(answer).items.map(({ value, timestamp, metricLabels }) => ({
    milliValue: readable(parseSignedMilli(value), value),
    timestampAtSeconds: clock.secondsAt(timestamp),
    labels: metricLabels ?? {},
  }));
}
