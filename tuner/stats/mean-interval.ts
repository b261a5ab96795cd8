import { mean, sampleStandardDeviation } from 'simple-statistics';

/** Student's t at 97.5 % for 1, 2, … degrees of freedom (any table of it); above the last, the normal's 1.96. */
const studentT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086,
];

/**
 * Mean with its 95 % interval (Student's t).
 *
 * @param values at least one; of a single value the interval is the value
 * @throws Error when `values` is empty
 * @example meanInterval([1, 2, 3]) // { mean: 2, low: -0.484…, high: 4.484… }
 */
export function meanInterval(values: readonly number[]): { mean: number; low: number; high: number } {
  const centre = mean([...values]);
  if (values.length < 2) return { mean: centre, low: centre, high: centre };
  const t = studentT[values.length - 2] ?? 1.96;
  const half = (t * sampleStandardDeviation([...values])) / Math.sqrt(values.length);
  return { mean: centre, low: centre - half, high: centre + half };
}
