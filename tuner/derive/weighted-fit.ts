import { Matrix, solve } from 'ml-matrix';

/** One reading of metrics.k8s.io: what a replica used over a window, and what it did meanwhile. */
export interface Reading {
  readonly millicores: number;
  /** 1, then requests per second and replica of each class. */
  readonly work: readonly number[];
}

export interface Fit {
  readonly coefficients: readonly number[];
  /** Sum of the squared weighted errors. */
  readonly error: number;
}

/** Rounds of reweighting: the second changes weights by a few per cent, a third by nothing that matters. */
const rounds = 2;
/** What a window may be off by however idle it was: housekeeping of the pod, rounding of the counter. */
const smallestErrorMillicores = 5;

/**
 * The error of a window grows with the number of requests in it, as their luck does: its variance with what it used.
 * Unweighted, the windows under overload would drown those that tell one class from another.
 */
export function weightedFit(rows: readonly Reading[]): Fit {
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

export function resample<T>(values: readonly T[], random: () => number): T[] {
  return values.map(() => values[Math.floor(random() * values.length)] as T);
}

export function interval(values: readonly number[]): { low: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (ratio: number) => sorted[Math.min(sorted.length - 1, Math.floor(ratio * sorted.length))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}
