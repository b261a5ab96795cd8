import type { MetricProblem } from './propose-from-pods.ts';
import type { CompiledHpa, CompiledMetric, HpaPod } from './types.ts';

const noRequest: MetricProblem = 'a pod has no request for the resource';

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
  if (hpa.rules.podLevelRequests && pod.podRequests != null && !isEmpty(pod.podRequests)) {
    return amountOf(pod.podRequests, resource) ?? sumOfSome(pod, resource);
  }
  let total = 0;
  for (const container in pod.requests) {
    const request = amountOf(pod.requests[container], resource);
    if (request === undefined) return noRequest;
    total += request;
  }
  return total;
}

function isEmpty(requests: object): boolean {
  for (const _ in requests) return false;
  return true;
}

/** Beside requests of the pod itself containers need none: for what the pod leaves out, those that have one count. */
function sumOfSome(pod: HpaPod, resource: string): number | MetricProblem {
  const amounts = Object.values(pod.requests).map((requests) => amountOf(requests, resource));
  const known = amounts.filter((amount) => amount !== undefined);
  return known.length === 0 ? noRequest : known.reduce((total, amount) => total + amount);
}

function containerRequest(
  hpa: CompiledHpa,
  container: string,
  resource: string,
  pod: HpaPod,
): number | MetricProblem {
  if (!Object.hasOwn(pod.requests, container))
    return hpa.rules.requiresContainer ? 'a pod has no such container' : 0;
  return amountOf(pod.requests[container], resource) ?? noRequest;
}

/** A container may be called `constructor`: only own keys count. */
function amountOf(
  requests: Readonly<Record<string, number>> | undefined,
  resource: string,
): number | undefined {
  return requests !== undefined && Object.hasOwn(requests, resource) ? requests[resource] : undefined;
}
