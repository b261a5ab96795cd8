import { Matrix, solve } from 'ml-matrix';
import type { ComponentName, RequestClass, TrafficClass } from '../contracts/component.ts';
import type { Estimate } from '../contracts/estimate.ts';
import { seededRandom } from '../stats/seeded-random.ts';
import { classRates, documentRates, type Observation } from './observation.ts';

export interface CpuCost {
  /** CPU of one replica at no load, millicores. */
  readonly idleMillicores: Estimate;
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
const method = 'non-negative least squares over metrics.k8s.io windows, bootstrap, 400 resamples, seeded';

/**
 * What a request costs a component in CPU, from usage against the rate of requests in the same windows.
 *
 * Work is counted half at a request's start and half at its end, since streams cost CPU from end to end. Documents
 * that were indexed meanwhile are a class of their own, so that what they cost is not put down to the others.
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
  const readings = readingsOf(observation, component, classes);
  const present = classes.filter((_, index) => readings.some(({ work }) => (work[index + 1] ?? 0) > 0));
  const rows = readings.map(({ millicores, work }) => ({
    millicores,
    work: [1, ...present.map((name) => work[classes.indexOf(name) + 1] ?? 0)],
  }));
  if (rows.length < 3 * (present.length + 1)) return null;
  const fitted = nonNegativeFit(rows);
  const random = seededRandom(rows.length);
  const fits = Array.from({ length: resamples }, () => nonNegativeFit(resample(rows, random)));
  const estimateAt = (index: number): Estimate => ({
    value: fitted[index] ?? 0,
    ...interval(fits.map((fit) => fit[index] ?? 0)),
    confidenceLevel: 0.95,
    method,
    sampleCount: rows.length,
  });
  return {
    idleMillicores: estimateAt(0),
    perRequest: Object.fromEntries(present.map((name, index) => [name, estimateAt(index + 1)])),
  };
}

function readingsOf(
  observation: Observation,
  component: ComponentName,
  classes: readonly TrafficClass[],
): Reading[] {
  const ready = observation.ready.get(component);
  return observation.samples.usage
    .filter((sample) => sample.component === component)
    .flatMap((sample) => {
      const [first] = sample.pods;
      if (!first || !ready) return [];
      const to = Math.round(first.timestampAtSeconds);
      const from = Math.round(first.timestampAtSeconds - first.windowSeconds);
      // A replica that came or went inside the window shares the work for a part of it only.
      const replicas = ready.isConstant(from, to) ? ready.at(from) : null;
      if (from < 0 || !replicas || replicas > sample.pods.length) return [];
      const total = sample.pods.reduce(
        (sum, { containers }) =>
          sum + Object.values(containers).reduce((cores, { cpuMillicores }) => cores + cpuMillicores, 0),
        0,
      );
      const work = classes.map((name) => {
        const { started, finished } =
          name === 'indexing'
            ? documentRates(observation.load, { from, to })
            : classRates(observation.load, name, { from, to });
        return (started + finished) / 2 / replicas;
      });
      return [{ millicores: total / sample.pods.length, work: [1, ...work] }];
    });
}

/** Least squares with every coefficient ≥ 0: the best of the fits over all subsets of the unknowns. */
function nonNegativeFit(rows: readonly Reading[]): number[] {
  const unknowns = rows[0]?.work.length ?? 0;
  let best: { coefficients: number[]; error: number } | null = null;
  for (let pattern = 1; pattern < 1 << unknowns; pattern++) {
    const used = Array.from({ length: unknowns }, (_, index) => index).filter(
      (index) => pattern & (1 << index),
    );
    const coefficients = leastSquares(rows, used, unknowns);
    if (coefficients.some((value) => value < 0 || !Number.isFinite(value))) continue;
    const error = rows.reduce((sum, { millicores, work }) => {
      const predicted = work.reduce((total, value, index) => total + value * (coefficients[index] ?? 0), 0);
      return sum + (millicores - predicted) ** 2;
    }, 0);
    if (best === null || error < best.error) best = { coefficients, error };
  }
  return best?.coefficients ?? new Array(unknowns).fill(0);
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
