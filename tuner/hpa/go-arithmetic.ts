/**
 * Integer arithmetic as the controller's Go does it, on JavaScript numbers.
 *
 * Amounts are int64 there. Here they are integers up to 2^53, which is 9 TB of memory in milli-bytes;
 * whatever is larger is refused where it comes in, so that sums stay exact. Products may pass 2^53 and are
 * then worked out in bigint.
 */

const minInt32 = -(2 ** 31);
export const maxInt32 = 2 ** 31 - 1;

/**
 * `int32(f)` for a float64.
 *
 * @returns `value` cut off towards 0; −2^31 for NaN and anything an int32 cannot hold, as on amd64
 * @example toInt32(3e9) // -2147483648
 */
export function toInt32(value: number): number {
  const cut = Math.trunc(value);
  return cut >= minInt32 && cut <= maxInt32 ? cut + 0 : minInt32;
}

/**
 * `amount * factor / divisor` in int64, cut off towards 0.
 *
 * @param amount integer ≥ 0, as `factor` and `divisor`; `divisor` > 0
 * @example multiplyThenDivide(2, 100, 3) // 66
 */
export function multiplyThenDivide(amount: number, factor: number, divisor: number): number {
  const product = amount * factor;
  // Below 2^53 the quotient of two integers never rounds up to the next integer.
  if (product <= Number.MAX_SAFE_INTEGER) return Math.floor(product / divisor);
  return Number((BigInt(amount) * BigInt(factor)) / BigInt(divisor));
}
