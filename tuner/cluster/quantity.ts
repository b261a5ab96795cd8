const exponents: Record<string, number> = {
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
const binary: Record<string, number> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/**
 * A Kubernetes quantity in nano-units, exactly.
 *
 * @returns null when the text is no quantity; fractions of a nano-unit are rounded away from zero, as the API server does
 * @see apimachinery pkg/api/resource/quantity.go
 * @example nanoUnits('250m') // 250_000_000n
 */
export function nanoUnits(text: string): bigint | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', suffix = '', exponent] = match;
  if (whole === '' && fraction === '') return null;
  const digits = BigInt(`${whole}${fraction}`) * 2n ** BigInt(binary[suffix] ?? 0);
  const power = 9 - fraction.length + (exponent === undefined ? (exponents[suffix] ?? 0) : Number(exponent));
  const magnitude = power >= 0 ? digits * 10n ** BigInt(power) : divideUp(digits, 10n ** BigInt(-power));
  return sign === '-' ? -magnitude : magnitude;
}

/**
 * In milli-units as the HPA controller reads it: `Quantity.MilliValue()`, fractions rounded away from zero.
 *
 * @example milliUnits('1234567n') // 2
 */
export function milliUnits(text: string): number | null {
  const nano = nanoUnits(text);
  if (nano === null) return null;
  const magnitude = divideUp(nano < 0n ? -nano : nano, 1_000_000n);
  return Number(nano < 0n ? -magnitude : magnitude);
}

function divideUp(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}
