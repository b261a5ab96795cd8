import { median } from 'simple-statistics';
import { knownDesiredReplicas } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { SampleLists } from './observation.ts';

/** By how many seconds metrics lag, and when they come, from the timestamps that the metrics APIs gave with their values. */
export function metricPipeline(samples: SampleLists): Evidence['metricPipeline'] {
  const periods: number[] = [];
  const windows: number[] = [];
  const stamps: number[] = [];
  const reads: Read[] = [];
  const last = new Map<string, number>();
  for (const { atSeconds, previousReadAtSeconds, pods } of samples.usage) {
    for (const { name, timestampAtSeconds, windowSeconds } of pods) {
      const before = last.get(name);
      if (before === timestampAtSeconds) continue;
      last.set(name, timestampAtSeconds);
      windows.push(windowSeconds);
      // The first reading of a pod was made before the run began to look: its age says nothing.
      if (before === undefined) continue;
      periods.push(timestampAtSeconds - before);
      stamps.push(timestampAtSeconds);
      reads.push({
        notBeforeSeconds: (previousReadAtSeconds ?? timestampAtSeconds) - timestampAtSeconds,
        notAfterSeconds: atSeconds - timestampAtSeconds,
      });
    }
  }
  const externalStamps = externalTimestamps(samples);
  return {
    resourcePeriodSeconds: medianOrNull(periods),
    resourceWindowSeconds: medianOrNull(windows),
    resourceLagSeconds: lagOf(reads),
    externalPeriodSeconds: medianOrNull(differences(externalStamps)),
    resourceSampleAtSeconds: middleOf(stamps),
    externalSampleAtSeconds: middleOf(externalStamps),
    syncAtSeconds: syncMoments(samples),
  };
}

/** Between which ages a sample could first be read. */
interface Read {
  readonly notBeforeSeconds: number;
  readonly notAfterSeconds: number;
}

/**
 * Age of a sample when it can first be read: the middle of the ages that all reads allow, so that how often the
 * recording looked is no part of it. Where none is allowed by all, the median of the middles of each.
 */
function lagOf(reads: readonly Read[]): number | null {
  if (reads.length === 0) return null;
  const least = Math.max(0, ...reads.map(({ notBeforeSeconds }) => notBeforeSeconds));
  const most = Math.min(...reads.map(({ notAfterSeconds }) => notAfterSeconds));
  if (most >= least) return (least + most) / 2;
  return median(
    reads.map(
      ({ notBeforeSeconds, notAfterSeconds }) => (Math.max(0, notBeforeSeconds) + notAfterSeconds) / 2,
    ),
  );
}

function externalTimestamps({ externalMetric }: SampleLists): number[] {
  return [
    ...new Set(
      externalMetric.flatMap(({ values }) => values.map(({ timestampAtSeconds }) => timestampAtSeconds)),
    ),
  ];
}

/** When a sync of each HPA ended, in the middle of the run: the others are whole periods away. */
function syncMoments({ hpa }: SampleLists): Partial<Record<ComponentName, number>> {
  const moments = new Map<ComponentName, number[]>();
  const before = new Map<string, SampleLists['hpa'][number]>();
  for (const sample of hpa) {
    const last = before.get(sample.name);
    before.set(sample.name, sample);
    if (sample.component === null || last === undefined || !isSync(last, sample)) continue;
    const own = moments.get(sample.component) ?? [];
    own.push(sample.atSeconds);
    moments.set(sample.component, own);
  }
  return Object.fromEntries(
    [...moments].flatMap(([component, ends]) => {
      const middle = middleOf(ends);
      return middle === null ? [] : [[component, middle]];
    }),
  );
}

/** A sync writes the status. A new spec or label makes a new version as well, and is none. */
function isSync(before: SampleLists['hpa'][number], after: SampleLists['hpa'][number]): boolean {
  return (
    before.resourceVersion !== after.resourceVersion &&
    knownDesiredReplicas(after) !== null &&
    statusText(before) !== statusText(after)
  );
}

function statusText({
  currentReplicas,
  desiredReplicas,
  currentMetrics,
  conditions,
}: SampleLists['hpa'][number]): string {
  return JSON.stringify([currentReplicas, desiredReplicas, currentMetrics, conditions]);
}

function differences(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - (values[index] ?? value));
}

/** Periods are some milliseconds longer than they should be: of all moments the middle one is nearest to the rest. */
function middleOf(moments: readonly number[]): number | null {
  return moments[Math.floor(moments.length / 2)] ?? null;
}

function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : median([...values]);
}
