import { mean, quantile } from 'simple-statistics';
import type { ClusterSampleOf, PodSample } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { Distribution } from '../contracts/estimate.ts';
import type { ComponentEvidence } from '../contracts/evidence.ts';

/**
 * Seconds from a pod's creation to being scheduled, started and Ready, over the pods that the run saw starting.
 *
 * A pod that was Ready before the first sample is left out: its Ready mark may be a later one than its first.
 */
export function startupSeconds(
  podLists: readonly ClusterSampleOf<'pods'>[],
  component: ComponentName,
): ComponentEvidence['startup'] {
  const starting = startedInRun(podLists.filter((sample) => sample.component === component));
  const since = (mark: (pod: PodSample) => number | null) =>
    spread(
      starting.flatMap((pod) => {
        const at = mark(pod);
        return at === null ? [] : [at - pod.createdAtSeconds];
      }),
    );
  return {
    scheduledSeconds: since((pod) => pod.scheduledAtSeconds),
    startedSeconds: since((pod) => pod.startAtSeconds),
    readySeconds: since((pod) => (pod.ready ? pod.readyTransitionAtSeconds : null)),
  };
}

/** Each pod created while the run was watching, as it was when it was first seen Ready, or last seen at all. */
function startedInRun(samples: readonly ClusterSampleOf<'pods'>[]): PodSample[] {
  const begin = samples[0]?.atSeconds ?? 0;
  const pods = new Map<string, PodSample>();
  for (const pod of samples.flatMap((sample) => sample.pods)) {
    if (pod.createdAtSeconds < begin || pods.get(pod.name)?.ready) continue;
    pods.set(pod.name, pod);
  }
  return [...pods.values()];
}

/** Quantiles by simple-statistics (nearest rank, mean of two neighbours); null without values. */
export function spread(values: readonly number[]): Distribution | null {
  if (values.length === 0) return null;
  const all = [...values];
  return {
    count: all.length,
    mean: mean(all),
    min: Math.min(...all),
    p05: quantile(all, 0.05),
    p50: quantile(all, 0.5),
    p95: quantile(all, 0.95),
    p99: quantile(all, 0.99),
    max: Math.max(...all),
  };
}
