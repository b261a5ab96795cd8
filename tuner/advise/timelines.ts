import type { SimulatedTimeline } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { Series } from '../contracts/evidence.ts';
import type { SimulationSeries } from '../simulate/result.ts';
import type { PerComponent } from './options.ts';

/** More points than a page has pixels help nobody. */
const mostPoints = 1200;
const shortestStepSeconds = 5;
const millisecondsPerSecond = 1000;

/** One simulation's series in the form of advice.json, averaged to steps that a page can draw. */
export function simulatedTimeline(series: SimulationSeries, durationSeconds: number): SimulatedTimeline {
  const stepSeconds = Math.max(shortestStepSeconds, Math.ceil(durationSeconds / mostPoints));
  const replicas: PerComponent<Series> = {};
  const cpuUsageRatio: PerComponent<Series> = {};
  for (const [name, columns] of Object.entries(series.components) as [
    ComponentName,
    NonNullable<SimulationSeries['components'][ComponentName]>,
  ][]) {
    replicas[name] = averaged(columns.readyReplicas, stepSeconds);
    cpuUsageRatio[name] = averaged(columns.cpuUsageRatio, stepSeconds);
  }
  return {
    replicas,
    cpuUsageRatio,
    queueDepth: series.queueDepth === null ? null : averaged(series.queueDepth, stepSeconds),
    timeToFirstTokenP95Ms: inBuckets(worstClass(series), series.bucketSeconds),
    queueWaitP95Ms:
      series.queueWaitP95Seconds === null
        ? null
        : inBuckets(series.queueWaitP95Seconds, series.bucketSeconds),
  };
}

/** Mean of each step; null where a value is unknown. */
export function averaged(values: ArrayLike<number>, stepSeconds: number): Series {
  const count = Math.ceil(values.length / stepSeconds);
  return {
    fromSeconds: 0,
    stepSeconds,
    values: Array.from({ length: count }, (_, step) => {
      const from = step * stepSeconds;
      const to = Math.min(values.length, from + stepSeconds);
      let sum = 0;
      for (let index = from; index < to; index++) sum += values[index] ?? Number.NaN;
      const mean = sum / (to - from);
      return Number.isFinite(mean) ? rounded(mean) : null;
    }),
  };
}

/** Of each bucket the class that waits longest. */
function worstClass({ firstTokenP95Seconds }: SimulationSeries): number[] {
  const classes = Object.values(firstTokenP95Seconds);
  return Array.from({ length: classes[0]?.length ?? 0 }, (_, bucket) => {
    const known = classes
      .map((values) => values[bucket] ?? Number.NaN)
      .filter((value) => Number.isFinite(value));
    return known.length === 0 ? Number.NaN : Math.max(...known);
  });
}

/** Seconds of each bucket in milliseconds; null where they are unknown. */
export function inBuckets(seconds: ArrayLike<number>, bucketSeconds: number): Series {
  return {
    fromSeconds: 0,
    stepSeconds: bucketSeconds,
    values: Array.from(seconds, (value) =>
      Number.isFinite(value) ? rounded(value * millisecondsPerSecond) : null,
    ),
  };
}

/** Files are read by people as well. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
