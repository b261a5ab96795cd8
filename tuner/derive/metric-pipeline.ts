import { median } from 'simple-statistics';
import type { Evidence } from '../contracts/evidence.ts';
import type { SampleLists } from './observation.ts';

/** By how many seconds metrics lag, from the timestamps that the metrics APIs gave with their values. */
export function metricPipeline(samples: SampleLists): Evidence['metricPipeline'] {
  const periods: number[] = [];
  const lags: number[] = [];
  const windows: number[] = [];
  const last = new Map<string, number>();
  for (const { atSeconds, pods } of samples.usage) {
    for (const { name, timestampAtSeconds, windowSeconds } of pods) {
      const before = last.get(name);
      if (before === timestampAtSeconds) continue;
      last.set(name, timestampAtSeconds);
      windows.push(windowSeconds);
      // The first reading of a pod was made before the run began to look: its age says nothing.
      if (before === undefined) continue;
      periods.push(timestampAtSeconds - before);
      lags.push(atSeconds - timestampAtSeconds);
    }
  }
  return {
    resourcePeriodSeconds: medianOrNull(periods),
    resourceWindowSeconds: medianOrNull(windows),
    resourceLagSeconds: medianOrNull(lags),
    externalPeriodSeconds: externalPeriod(samples),
  };
}

function externalPeriod(samples: SampleLists): number | null {
  const stamps = [
    ...new Set(
      samples.externalMetric.flatMap(({ values }) => values.map((value) => value.timestampAtSeconds)),
    ),
  ];
  return medianOrNull(stamps.slice(1).map((stamp, index) => stamp - (stamps[index] ?? stamp)));
}

function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : median([...values]);
}
