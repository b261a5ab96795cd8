import { podRequest } from './pod-request.ts';
import type { MetricProblem } from './propose-from-pods.ts';
import type { CompiledHpa, CompiledMetric, HpaPod, PodSample } from './types.ts';

/**
 * What the rules read of a metric's pods, row by row in one array.
 *
 * Objects are spread over memory, and fetching them took most of the time of a replay.
 */
export interface PodTable {
  readonly pods: number;
  /** `pods` rows of {@link column}s. */
  readonly rows: Float64Array;
  /** One pod without a request spoils a utilization, be the pod ignored or not. */
  readonly requestProblem: MetricProblem | null;
  /** Samples of pods that are gone from the list: they count for averages. */
  readonly strays: number;
  readonly strayTotal: number;
}

/** Places within a row. */
export const column = {
  /** One of {@link standings}. */
  standing: 0,
  /** NaN: not started. */
  startTimeMs: 1,
  readyTransitionMs: 2,
  /** milli-units; NaN: no sample, and nothing in the next two. */
  value: 3,
  sampleAtMs: 4,
  windowMs: 5,
  /** milli-units; 0 where there is none, or the metric divides by none. */
  request: 6,
} as const;
export const rowWidth = 7;

/** What a pod is to a metric before its sample is looked at. */
export const standings = {
  /** Failed or terminating. */
  ignored: 0,
  pending: 1,
  /** By the Ready condition from here on. */
  ready: 2,
  notReady: 3,
  unknown: 4,
  noCondition: 5,
} as const;

export function podTable(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  pods: readonly HpaPod[],
  samples: ReadonlyMap<string, PodSample>,
): PodTable {
  const rows = new Float64Array(pods.length * rowWidth);
  const strays = new Map(samples);
  let requestProblem: MetricProblem | null = null;
  pods.forEach((pod, index) => {
    const request = metric.kind === 'utilization' ? podRequest(hpa, metric, pod) : 0;
    if (typeof request !== 'number') requestProblem ??= request;
    fillRow(rows, index * rowWidth, pod, samples.get(pod.name));
    rows[index * rowWidth + column.request] = typeof request === 'number' ? request : 0;
    strays.delete(pod.name);
  });
  let strayTotal = 0;
  for (const { value } of strays.values()) strayTotal += value;
  return { pods: pods.length, rows, requestProblem, strays: strays.size, strayTotal };
}

function fillRow(rows: Float64Array, at: number, pod: HpaPod, sample: PodSample | undefined): void {
  rows[at + column.standing] = standingOf(pod);
  rows[at + column.startTimeMs] = pod.startTimeMs ?? Number.NaN;
  rows[at + column.readyTransitionMs] = pod.readyTransitionMs;
  rows[at + column.value] = sample?.value ?? Number.NaN;
  rows[at + column.sampleAtMs] = sample?.atMs ?? Number.NaN;
  rows[at + column.windowMs] = sample?.windowMs ?? Number.NaN;
}

function standingOf(pod: HpaPod): number {
  if (pod.deleted || pod.phase === 'Failed') return standings.ignored;
  if (pod.phase === 'Pending') return standings.pending;
  if (pod.ready === null) return standings.noCondition;
  if (pod.ready === 'Unknown') return standings.unknown;
  return pod.ready ? standings.ready : standings.notReady;
}
