import type { MetricProblem } from './propose-from-pods.ts';
import type { CompiledHpa, CompiledMetric, HpaPod } from './types.ts';

/**
 * Request of one pod for a metric's resource, milli-units.
 *
 * A ContainerResource metric reads its container alone; otherwise requests of the pod itself, where it has
 * any, go before those of its containers.
 *
 * @see Kubernetes 1.37 podautoscaler/replica_calculator.go, calculateRequests
 */
export function podRequest(hpa: CompiledHpa, metric: CompiledMetric, pod: HpaPod): number | MetricProblem {
  const resource = metric.resource ?? '';
  if (metric.container !== null) return containerRequest(hpa, metric.container, resource, pod);
  if (hpa.rules.podLevelRequests && pod.podRequests != null) {
    return amountOf(pod.podRequests, resource) ?? 'a pod has no request for the resource';
  }
  let total = 0;
  for (const container in pod.requests) {
    const request = amountOf(pod.requests[container], resource);
    if (request === undefined) return 'a pod has no request for the resource';
    total += request;
  }
  return total;
}

function containerRequest(
  hpa: CompiledHpa,
  container: string,
  resource: string,
  pod: HpaPod,
): number | MetricProblem {
  if (!Object.hasOwn(pod.requests, container))
    return hpa.rules.requiresContainer ? 'a pod has no such container' : 0;
  return amountOf(pod.requests[container], resource) ?? 'a pod has no request for the resource';
}

/** A container may be called `constructor`: only own keys count. */
function amountOf(
  requests: Readonly<Record<string, number>> | undefined,
  resource: string,
): number | undefined {
  return requests !== undefined && Object.hasOwn(requests, resource) ? requests[resource] : undefined;
}
