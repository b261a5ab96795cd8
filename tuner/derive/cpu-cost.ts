import type { ComponentName, TrafficClass } from '../contracts/component.ts';
import type { Estimate } from '../contracts/estimate.ts';
import { seededRandom } from '../stats/seeded-random.ts';

import type { SecondRange } from './load-recording.ts';
import type { Observation } from './observation.ts';
import type { ServingWindow } from './serving-windows.ts';
import { interval, type Reading, resample, weightedFit } from './weighted-fit.ts';
import { isPresent, type WorkDone, workRate } from './work-done.ts';

export interface CpuCost {
  /** CPU of one replica at no load, millicores. */
  readonly idleMillicores: Estimate;
  /** Whole seconds by which metrics.k8s.io trails the work: with them the costs fit best. null: no work was done. */
  readonly usageLagSeconds: number | null;
  /** CPU-milliseconds of one request of each class that the component took part in, and of one document. */
  readonly perRequest: Partial<Record<TrafficClass, Estimate>>;
}

const resamples = 400;
const method =
  'non-negative least squares over metrics.k8s.io windows, weighted by the inverse of what they use, bootstrap, 400 resamples, seeded';

/**
 * What a request costs a component in CPU, from usage against the work that was done in the same windows.
 *
 * The work of a request is counted from when it has a slot to its first token, and from there to its successful end, each
 * with its share (work-done.ts). Documents that were indexed meanwhile are a class of their own, so that what they
 * cost is not put down to the others. Usage is told some seconds late; by how many is found by trying each.
 *
 * @param works of each class that the component took part in, and of documents
 * @returns null with fewer readings than three per unknown
 * @see Lawson and Hanson, Solving Least Squares Problems (1974), chapter 23; solved here over all sign patterns
 */
export function fitCpuCost(
  observation: Observation,
  component: ComponentName,
  works: readonly WorkDone[],
): CpuCost | null {
  const present = works.filter(isPresent);
  const windows = cleanWindows(observation, component, fewestPerUnknown * (present.length + 1));
  if (windows.length < fewestPerUnknown * (present.length + 1)) return null;
  const tried = Array.from({ length: longestLagSeconds + 1 }, (_, lagSeconds) => ({
    lagSeconds,
    ...weightedFit(readingsOf(windows, present, lagSeconds)),
  }));
  const best = tried.reduce((found, each) => (each.error < found.error ? each : found));
  const rows = readingsOf(windows, present, best.lagSeconds);
  const random = seededRandom(rows.length);
  const fits = Array.from({ length: resamples }, () => weightedFit(resample(rows, random)));
  const estimateAt = (index: number): Estimate => ({
    value: best.coefficients[index] ?? 0,
    ...interval(fits.map(({ coefficients }) => coefficients[index] ?? 0)),
    confidenceLevel: 0.95,
    method,
    sampleCount: rows.length,
  });
  return {
    idleMillicores: estimateAt(0),
    // Usage that follows no work trails none.
    usageLagSeconds: present.length === 0 ? null : best.lagSeconds,
    perRequest: Object.fromEntries(present.map(({ name }, index) => [name, estimateAt(index + 1)])),
  };
}

/** Kubelets measure every 10 to 15 s; what trails by more than one such period is not lag. */
const longestLagSeconds = 15;

/** @param lagSeconds work done this much before the windows it is compared with */
function readingsOf(
  windows: readonly ServingWindow[],
  works: readonly WorkDone[],
  lagSeconds: number,
): Reading[] {
  return windows.map(({ range, replicas, millicoresPerReplica }) => {
    const worked = { from: range.from - lagSeconds, to: range.to - lagSeconds };
    return {
      millicores: millicoresPerReplica,
      work: [1, ...works.map((work) => workRate(work, worked) / replicas)],
    };
  });
}

/** Windows without failures as far as there are enough; else all: then the cost of failures is part of this traffic's. */
function cleanWindows(
  observation: Observation,
  component: ComponentName,
  fewest: number,
): readonly ServingWindow[] {
  const windows = observation.serving.get(component) ?? [];
  const clean = windows.filter(({ range }) => !areManyLost(observation, range));
  return clean.length >= fewest ? clean : windows;
}

const fewestPerUnknown = 3;
const manyLostRatio = 0.05;
/** Dify goes on with a request whose client gave up, and nobody sees when that ends. */
const lostWorkSeconds = 30;

/** Whether requests failed whose work was done, or is still done, without being seen. */
function areManyLost({ load }: Observation, { from, to }: SecondRange): boolean {
  const range = { from: Math.max(0, from - lostWorkSeconds), to };
  const failed = load.total('requests', 'sum', range, { outcome: 'failed' });
  return failed > manyLostRatio * load.total('requests', 'sum', range);
}
