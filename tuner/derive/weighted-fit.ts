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
  const used = Float64Array.from(rows, ({ millicores }) => millicores);
  const weights = new Float64Array(rows.length);
  let fit: Fit = { coefficients: [], error: 0 };
  for (let round = 0; round < rounds; round++) {
    for (let row = 0; row < rows.length; row++) {
      weights[row] = 1 / (smallestErrorMillicores + Math.max(0, used[row] as number));
    }
    fit = nonNegativeFit(rows, weights);
    for (let row = 0; row < rows.length; row++) {
      used[row] = predict((rows[row] as Reading).work, fit.coefficients);
    }
  }
  return fit;
}

function predict(work: readonly number[], coefficients: readonly number[]): number {
  let total = 0;
  for (let index = 0; index < work.length; index++) {
    total += (work[index] as number) * (coefficients[index] ?? 0);
  }
  return total;
}

/**
 * Least squares with every coefficient ≥ 0: the best of the fits over all subsets of the unknowns.
 *
 * By the normal equations: rows are thousands in a long recording and unknowns four at most, well scaled, so that what
 * squaring the condition costs is nothing beside what hundreds of tall matrices do.
 */
function nonNegativeFit(rows: readonly Reading[], weights: Float64Array): Fit {
  const unknowns = rows[0]?.work.length ?? 0;
  const { left, right } = normalEquations(rows, weights, unknowns);
  let best: Fit | null = null;
  for (let pattern = 1; pattern < 1 << unknowns; pattern++) {
    const used = Array.from({ length: unknowns }, (_, index) => index).filter(
      (index) => pattern & (1 << index),
    );
    const solved = solve(left.selection(used, used), right.selection(used, [0]), true).getColumn(0);
    const coefficients = new Array<number>(unknowns).fill(0);
    for (const [position, index] of used.entries()) coefficients[index] = solved[position] ?? 0;
    if (coefficients.some((value) => value < 0 || !Number.isFinite(value))) continue;
    const error = squaredError(rows, weights, coefficients);
    if (best === null || error < best.error) best = { coefficients, error };
  }
  return best ?? { coefficients: new Array(unknowns).fill(0), error: Number.POSITIVE_INFINITY };
}

function normalEquations(rows: readonly Reading[], weights: Float64Array, unknowns: number) {
  const left = Matrix.zeros(unknowns, unknowns);
  const right = Matrix.zeros(unknowns, 1);
  for (const [row, { millicores, work }] of rows.entries()) {
    for (let of = 0; of < unknowns; of++) {
      const own = (weights[row] as number) * (work[of] as number);
      right.set(of, 0, right.get(of, 0) + own * millicores);
      for (let by = 0; by < unknowns; by++) left.set(of, by, left.get(of, by) + own * (work[by] as number));
    }
  }
  return { left, right };
}

function squaredError(rows: readonly Reading[], weights: Float64Array, coefficients: readonly number[]) {
  let sum = 0;
  for (const [row, { millicores, work }] of rows.entries()) {
    sum += (weights[row] as number) * (millicores - predict(work, coefficients)) ** 2;
  }
  return sum;
}

export function resample<T>(values: readonly T[], random: () => number): T[] {
  return values.map(() => values[Math.floor(random() * values.length)] as T);
}

export function interval(values: readonly number[]): { low: number; high: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (ratio: number) => sorted[Math.min(sorted.length - 1, Math.floor(ratio * sorted.length))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}
