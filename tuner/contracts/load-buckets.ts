/** Bins of a log-linear histogram: 64 of equal width in each power of two, so a midpoint is within 1/128 of its samples. */
export const subBucketsPerOctave = 64;

/**
 * The bin that a value falls into.
 *
 * @param value > 0, in the metric's unit; values ≤ 0 have no bin and are counted apart
 * @returns e × 64 + floor((2m − 1) × 64) with value = m × 2^e, 0.5 ≤ m < 1
 */
export function binIndex(value: number): number {
  let exponent = Math.floor(Math.log2(value)) + 1;
  let mantissa = value / 2 ** exponent;
  // log2 rounds: a value next to a power of two can land on the wrong side of it.
  if (mantissa >= 1) {
    mantissa /= 2;
    exponent += 1;
  } else if (mantissa < 0.5) {
    mantissa *= 2;
    exponent -= 1;
  }
  return exponent * subBucketsPerOctave + Math.floor((mantissa * 2 - 1) * subBucketsPerOctave);
}

/** The middle of a bin, in the metric's unit. */
export function binMidpoint(index: number): number {
  const exponent = Math.floor(index / subBucketsPerOctave);
  const step = index - exponent * subBucketsPerOctave;
  return ((step + 0.5) / subBucketsPerOctave + 1) * 2 ** (exponent - 1);
}
