import type { ClusterSample, ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import { parseSignedMilli } from '../contracts/quantity.ts';
import type { HpaSyncInputs, MetricAnswer, PodPhase, PodSample } from '../hpa/types.ts';
import type { RecordedSync } from './find-syncs.ts';

/** A read that began this much after the sync may still tell of what the sync saw. */
const readSlackSeconds = 2.5;

/**
 * What the controller read at a sync, put together from the recording.
 *
 * Pods and scale are ordered against the sync by resourceVersion, which no delay of a watch can turn round.
 *
 * @returns null while the pods of the component had not been listed yet
 */
export function syncInputs(
  samples: readonly ClusterSample[],
  sync: RecordedSync,
  component: ComponentName,
): HpaSyncInputs | null {
  const limit = newestVersionRead(samples, sync, component);
  const pods = newest(samples, 'pods', (sample) => sample.component === component && version(sample) < limit);
  const scale = newest(
    samples,
    'scale',
    (sample) => sample.component === component && version(sample) < limit,
  );
  if (!pods) return null;
  return {
    atMs: Math.round(sync.atSeconds * 1000),
    specReplicas: sync.status.currentReplicas,
    statusReplicas: scale?.statusReplicas ?? sync.status.currentReplicas,
    pods: pods.pods.map((pod) => ({
      name: pod.name,
      phase: pod.phase as PodPhase,
      ready: pod.readyStatus === 'Unknown' ? 'Unknown' : pod.ready,
      readyTransitionMs: Math.round((pod.readyTransitionAtSeconds ?? 0) * 1000),
      startTimeMs: pod.startAtSeconds === null ? null : Math.round(pod.startAtSeconds * 1000),
      deleted: pod.deletedAtSeconds !== null,
      requests: pod.requests,
      podRequests: pod.podRequests,
    })),
    metrics: metricsOf(sync).map((metric, index) => answerOf(samples, sync, { component, metric, index })),
  };
}

/** A sync that scales writes the Deployment before the status: only what came before that write was read. */
function newestVersionRead(
  samples: readonly ClusterSample[],
  sync: RecordedSync,
  component: ComponentName,
): bigint {
  const own = BigInt(sync.status.resourceVersion);
  if (sync.status.lastScaleAtSeconds === sync.before.lastScaleAtSeconds) return own;
  const write = samples.find(
    (sample) =>
      sample.type === 'scale' &&
      sample.component === component &&
      version(sample) > BigInt(sync.before.resourceVersion) &&
      version(sample) < own &&
      sample.specReplicas === sync.status.desiredReplicas,
  );
  return write?.type === 'scale' ? version(write) : own;
}

interface Metric {
  readonly type?: string;
  readonly resource?: { readonly name?: string };
  readonly containerResource?: { readonly name?: string; readonly container?: string };
  readonly external?: {
    readonly metric?: { readonly name?: string };
    readonly target?: { readonly type?: string };
  };
}

function metricsOf(sync: RecordedSync): readonly Metric[] {
  return (sync.status.spec.metrics ?? []) as readonly Metric[];
}

interface Question {
  readonly component: ComponentName;
  readonly metric: Metric;
  readonly index: number;
}

function answerOf(samples: readonly ClusterSample[], sync: RecordedSync, question: Question): MetricAnswer {
  const { metric, component, index } = question;
  const written = currentAverageMilli(sync, index);
  if (metric.type === 'External') {
    const name = metric.external?.metric?.name;
    const own = samples
      .filter((sample) => sample.type === 'externalMetric')
      .filter((sample) => sample.name === name);
    // An AverageValue target is reported as the total over the replicas.
    const share = metric.external?.target?.type === 'Value' ? 1 : Math.max(1, sync.status.currentReplicas);
    const averageOf = ({ values }: ClusterSampleOf<'externalMetric'>) =>
      total(values.map(({ milliValue }) => milliValue)) / share;
    const found = inForce(own, sync, { written, averageOf });
    return found ? { values: found.values.map(({ milliValue }) => milliValue) } : { error: 'not recorded' };
  }
  const resource = metric.resource?.name ?? metric.containerResource?.name ?? 'cpu';
  const container = metric.containerResource?.container ?? null;
  const own = samples
    .filter((sample) => sample.type === 'usage')
    .filter((sample) => sample.component === component);
  const averageOf = (sample: ClusterSampleOf<'usage'>) =>
    total(Object.values(podSamples(sample, resource, container)).map(({ value }) => value)) /
    sample.pods.length;
  const found = inForce(own, sync, { written, averageOf });
  return found ? { pods: podSamples(found, resource, container) } : { error: 'not recorded' };
}

/** Pods without the container are left out, as the metrics client leaves them out. */
function podSamples(
  sample: ClusterSampleOf<'usage'>,
  resource: string,
  container: string | null,
): Record<string, PodSample> {
  return Object.fromEntries(
    sample.pods.map(({ name, timestampAtSeconds, windowSeconds, containers }) => {
      const used = Object.entries(containers).filter(([own]) => container === null || own === container);
      const value = used.reduce(
        (sum, [, { cpuMillicores, memoryBytes }]) =>
          sum + Math.ceil(resource === 'memory' ? memoryBytes * 1000 : cpuMillicores - 1e-6),
        0,
      );
      return [
        name,
        { value, atMs: Math.round(timestampAtSeconds * 1000), windowMs: Math.round(windowSeconds * 1000) },
      ];
    }),
  );
}

/**
 * The sample in force when the sync read the API.
 *
 * Where a new one appeared between two of our own reads around the sync, either may have been read: the one whose
 * average is nearer to what the sync wrote into status.currentMetrics was.
 */
function inForce<S extends { readonly atSeconds: number; readonly previousReadAtSeconds: number | null }>(
  own: readonly S[],
  sync: RecordedSync,
  choice: { readonly written: number | null; readonly averageOf: (sample: S) => number },
): S | null {
  const before = own.findLast(({ atSeconds }) => atSeconds <= sync.atSeconds) ?? null;
  const after = own.find(
    ({ atSeconds, previousReadAtSeconds }) =>
      atSeconds > sync.atSeconds &&
      atSeconds <= sync.atSeconds + readSlackSeconds &&
      (previousReadAtSeconds ?? 0) < sync.atSeconds,
  );
  if (!after || !before) return before ?? after ?? null;
  const { written, averageOf } = choice;
  if (written === null) return before;
  return Math.abs(averageOf(after) - written) < Math.abs(averageOf(before) - written) ? after : before;
}

/** status.currentMetrics[index] as milli-units; null where the status holds none. */
function currentAverageMilli({ status }: RecordedSync, index: number): number | null {
  const metric = status.currentMetrics[index] as
    | Record<string, { current?: Record<string, unknown> }>
    | undefined;
  const current = Object.values(metric ?? {}).find((value) => value?.current)?.current;
  const text = current?.averageValue ?? current?.value;
  return typeof text === 'string' || typeof text === 'number' ? parseSignedMilli(text) : null;
}

function newest<T extends ClusterSample['type']>(
  samples: readonly ClusterSample[],
  type: T,
  isWanted: (sample: ClusterSampleOf<T>) => boolean,
): ClusterSampleOf<T> | undefined {
  return samples.findLast(
    (sample): sample is ClusterSampleOf<T> => sample.type === type && isWanted(sample as ClusterSampleOf<T>),
  );
}

function version({ resourceVersion }: { readonly resourceVersion: string }): bigint {
  return BigInt(resourceVersion);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
