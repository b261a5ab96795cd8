import { Matrix, solve } from 'ml-matrix';
import type { ComponentName, RequestClass, TrafficClass } from '../contracts/component.ts';
import type { Estimate } from '../contracts/estimate.ts';
import { seededRandom } from '../stats/seeded-random.ts';
import type { SecondRange } from './load-recording.ts';
import { type Observation, workRate } from './observation.ts';
import type { ServingWindow } from './serving-windows.ts';

export interface CpuCost {
  /** CPU of one replica at no load, millicores. */
  readonly idleMillicores: Estimate;
  /** Whole seconds by which metrics.k8s.io trails the work: with them the costs fit best. */
  readonly usageLagSeconds: number;
  /** CPU-milliseconds of one request of each class that the component took part in, and of one document. */
  readonly perRequest: Partial<Record<TrafficClass, Estimate>>;
}

/** One reading of metrics.k8s.io: what a replica used over a window, and what it did meanwhile. */
interface Reading {
  readonly millicores: number;
  /** 1, then requests per second and replica of each class. */
  readonly work: readonly number[];
}

const resamples = 400;
const method =
  'non-negative least squares over metrics.k8s.io windows, weighted by the inverse of what they use, bootstrap, 400 resamples, seeded';

/**
 * What a request costs a component in CPU, from usage against the work that was done in the same windows.
 *
 * Half of a request's work is counted at its first token and half at its successful end: while it waits for a slot it
 * costs nothing, however many do. Documents that were indexed meanwhile are a class of their own, so that what they
 * cost is not put down to the others. Usage is told some seconds late; by how many is found by trying each.
 *
 * @returns null with fewer readings than three per unknown
 * @see Lawson and Hanson, Solving Least Squares Problems (1974), chapter 23; solved here over all sign patterns
 */
export function fitCpuCost(
  observation: Observation,
  component: ComponentName,
  requestClasses: readonly RequestClass[],
): CpuCost | null {
  const classes: readonly TrafficClass[] = [...requestClasses, 'indexing'];
  const present = classes.filter((name) => workRate(observation.load, name, wholeRun(observation)) > 0);
  const windows = cleanWindows(observation, component, fewestPerUnknown * (present.length + 1));
  if (windows.length < fewestPerUnknown * (present.length + 1)) return null;
  const tried = Array.from({ length: longestLagSeconds + 1 }, (_, lagSeconds) => {
    const rows = readingsOf(observation, windows, present, lagSeconds);
    return { lagSeconds, rows, ...weightedFit(rows) };
  });
  const best = tried.reduce((found, each) => (each.error < found.error ? each : found));
  const random = seededRandom(best.rows.length);
  const fits = Array.from({ length: resamples }, () => weightedFit(resample(best.rows, random)));
  const estimateAt = (index: number): Estimate => ({
    value: best.coefficients[index] ?? 0,
    ...interval(fits.map(({ coefficients }) => coefficients[index] ?? 0)),
    confidenceLevel: 0.95,
    method,
    sampleCount: best.rows.length,
  });
  return {
    idleMillicores: estimateAt(0),
    usageLagSeconds: best.lagSeconds,
    perRequest: Object.fromEntries(present.map((name, index) => [name, estimateAt(index + 1)])),
  };
}

/** Kubelets measure every 10 to 15 s; what trails by more than one such period is not lag. */
const longestLagSeconds = 15;

function wholeRun({ load }: Observation): SecondRange {
  return { from: 0, to: load.durationSeconds };
}

/** @param work done this much before the windows it is compared with */
function readingsOf(
  { load }: Observation,
  windows: readonly ServingWindow[],
  classes: readonly TrafficClass[],
  lagSeconds: number,
): Reading[] {
  return windows.map(({ range, replicas, millicoresPerReplica }) => {
    const worked = { from: range.from - lagSeconds, to: range.to - lagSeconds };
    return {
      millicores: millicoresPerReplica,
      work: [1, ...classes.map((name) => workRate(load, name, worked) / replicas)],
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

/** Rounds of reweighting: the second changes weights by a few per cent, a third by nothing that matters. */
const rounds = 2;
/** What a window may be off by however idle it was: housekeeping of the pod, rounding of the counter. */
const smallestErrorMillicores = 5;

/**
 * The error of a window grows with the number of requests in it, as their luck does: its variance with what it used.
 * Unweighted, the windows under overload would drown those that tell one class from another.
 */
function weightedFit(rows: readonly Reading[]): Fit {
  let used = rows.map(({ millicores }) => millicores);
  let fit: Fit = { coefficients: [], error: 0 };
  for (let round = 0; round < rounds; round++) {
    const weighted = rows.map(({ millicores, work }, index) => {
      const weight = 1 / Math.sqrt(smallestErrorMillicores + Math.max(0, used[index] ?? 0));
      return { millicores: millicores * weight, work: work.map((value) => value * weight) };
    });
    fit = nonNegativeFit(weighted);
    used = rows.map(({ work }) => predict(work, fit.coefficients));
  }
  return fit;
}

interface Fit {
  readonly coefficients: readonly number[];
  /** Sum of the squared weighted errors. */
  readonly error: number;
}

function predict(work: readonly number[], coefficients: readonly number[]): number {
  return work.reduce((total, value, index) => total + value * (coefficients[index] ?? 0), 0);
}

/** Least squares with every coefficient ≥ 0: the best of the fits over all subsets of the unknowns. */
function nonNegativeFit(rows: readonly Reading[]): Fit {
  const unknowns = rows[0]?.work.length ?? 0;
  let best: Fit | null = null;
  for (let pattern = 1; pattern < 1 << unknowns; pattern++) {
    const used = Array.from({ length: unknowns }, (_, index) => index).filter(
      (index) => pattern & (1 << index),
    );
    const coefficients = leastSquares(rows, used, unknowns);
    if (coefficients.some((value) => value < 0 || !Number.isFinite(value))) continue;
    const error = rows.reduce(
      (sum, { millicores, work }) => sum + (millicores - predict(work, coefficients)) ** 2,
      0,
    );
    if (best === null || error < best.error) best = { coefficients, error };
  }
  return best ?? { coefficients: new Array(unknowns).fill(0), error: Number.POSITIVE_INFINITY };
}

function leastSquares(rows: readonly Reading[], used: readonly number[], unknowns: number): number[] {
  const left = new Matrix(rows.map(({ work }) => used.map((index) => work[index] ?? 0)));
  const right = Matrix.columnVector(rows.map(({ millicores }) => millicores));
  const solved = solve(left, right, true).getColumn(0);
  const coefficients = new Array<number>(unknowns).fill(0);
  for (const [position, index] of used.entries()) coefficients[index] = solved[position] ?? 0;
  return coefficients;
}

function resample<T>(values: readonly T[], random: () => number): T[] {
  return values.map(() => values[Math.floor(random() * values.length)] as T);
}

function interval(values: readonly number[]): { low: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (ratio: number) => sorted[Math.min(sorted.length - 1, Math.floor(ratio * sorted.length))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}
