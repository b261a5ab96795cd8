const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

/**
 * A point of the Halton sequence with random digit shifts: points fill the unit cube evenly at any length.
 *
 * Own code because npm has no maintained package for it. A plain Halton sequence runs its higher dimensions in
 * step for the first points; shifting the digits by the seed breaks that and makes other seeds other sequences.
 *
 * @param index ≥ 0, position in the sequence
 * @param dimensions 1–12
 * @returns `dimensions` numbers in [0, 1)
 * @throws RangeError for more dimensions than there are bases
 * @see Owen, A randomized Halton algorithm in R (2017), the digit-shift variant
 * @example haltonPoint(0, 2, 0) // [0.5, 0.3333…]
 */
export function haltonPoint(index: number, dimensions: number, seed: number): number[] {
  if (dimensions > primes.length) throw new RangeError(`${dimensions} dimensions, at most ${primes.length}`);
  return primes.slice(0, dimensions).map((base) => radicalInverse(index + 1, base, seed));
}

function radicalInverse(index: number, base: number, seed: number): number {
  let rest = index;
  let weight = 1 / base;
  let value = 0;
  for (let digit = 0; weight > 1e-9; digit++) {
    const shifted = ((rest % base) + digitShift(base, digit, seed)) % base;
    value += shifted * weight;
    rest = Math.floor(rest / base);
    weight /= base;
  }
  return Math.min(value, 1 - Number.EPSILON);
}

/** 0 for seed 0, which is the plain sequence. */
function digitShift(base: number, digit: number, seed: number): number {
  if (seed === 0) return 0;
  let hash = Math.imul(seed ^ Math.imul(base, 0x9e3779b1) ^ Math.imul(digit + 1, 0x85ebca6b), 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f);
  return ((hash ^ (hash >>> 13)) >>> 0) % base;
}
