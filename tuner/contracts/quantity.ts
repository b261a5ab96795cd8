import type { QuantityText } from './hpa-spec.ts';

/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) without rounding of our own.
 *
 * @see Kubernetes 1.37 apimachinery/pkg/api/resource/quantity.go, ParseQuantity, MilliValue, AsApproximateFloat64
 */

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
/** Nothing in autoscaling needs more; a larger exponent would only build a huge bigint. */
const largestExponent = 30;

/**
 * The amount in nano-units, the finest that Kubernetes keeps; finer digits are rounded away from 0 as it does.
 *
 * @returns null when the text is no quantity
 * @example parseNanos('500m') // 500_000_000n
 */
export function parseNanos(quantity: QuantityText): bigint | null {
  const match = /^([+-]?)(\d*)\.?(\d*)((?:[numkMGTPE]|[KMGTPE]i)?|[eE][+-]?\d+)$/.exec(String(quantity));
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole + fraction === '') return null;

  const exponents = exponentsOf(suffix);
  if (Math.abs(exponents.ten) > largestExponent) return null;
  const digits = BigInt(whole + fraction) << BigInt(exponents.two);
  const nanos = timesPowerOfTen(digits, exponents.ten - fraction.length + 9);
  return sign === '-' ? -nanos : nanos;
}

/** Powers of ten and of two that a suffix stands for; `e6` and `M` are the same amount. */
function exponentsOf(suffix: string): { ten: number; two: number } {
  const two = binaryExponents[suffix];
  if (two !== undefined) return { ten: 0, two };
  return { ten: decimalExponents[suffix] ?? Number(suffix.slice(1)), two: 0 };
}

function timesPowerOfTen(digits: bigint, exponent: number): bigint {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  return ceilDivide(digits, 10n ** BigInt(-exponent));
}

/**
 * `MilliValue()`: the amount in milli-units, rounded up.
 *
 * @returns null when the text is no quantity, is negative, or is beyond 2^53 milli-units
 * @example parseMilli('1.5') // 1500
 * @example parseMilli('1u') // 1
 */
export function parseMilli(quantity: QuantityText): number | null {
  const nanos = parseNanos(quantity);
  if (nanos === null || nanos < 0n) return null;
  const milli = Number(ceilDivide(nanos, 1_000_000n));
  return milli <= Number.MAX_SAFE_INTEGER ? milli : null;
}

/**
 * The same for amounts that may be negative and need not be exact, such as the value of an external metric.
 *
 * @returns null when the text is no quantity; fractions of a milli-unit are rounded away from zero
 * @example parseSignedMilli('-1500u') // -2
 */
export function parseSignedMilli(quantity: QuantityText): number | null {
  const nanos = parseNanos(quantity);
  if (nanos === null) return null;
  const magnitude = Number(ceilDivide(nanos < 0n ? -nanos : nanos, 1_000_000n));
  return nanos < 0n ? -magnitude : magnitude;
}

/**
 * `AsApproximateFloat64()` of the quantity as the API server stores it: mantissa times a power of a thousand.
 *
 * The controller's tolerance comes from this product and not from the nearest float64 of the decimal, and a
 * ratio on the very edge of the dead band sees the difference.
 *
 * @returns null when the text is no quantity
 * @example parseRatio('330m') // 0.33
 */
export function parseRatio(quantity: QuantityText): number | null {
  let mantissa = parseNanos(quantity);
  if (mantissa === null) return null;
  let exponent = -9;
  while (mantissa !== 0n && mantissa % 1000n === 0n) {
    mantissa /= 1000n;
    exponent += 3;
  }
  return Number(mantissa) * (exponent < 0 ? 1 / 10 ** -exponent : 10 ** exponent);
}

function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
