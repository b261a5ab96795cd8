import fc from 'fast-check';
import { expect, it } from 'vitest';
import { multiplyThenDivide, toInt32 } from './go-arithmetic.ts';

it.each([
  // Printed by Go 1.26 on amd64 for int32(f).
  [2147483647.5, 2147483647],
  [2147483648, -2147483648],
  [3e9, -2147483648],
  [1e20, -2147483648],
  [-3e9, -2147483648],
  [Number.NaN, -2147483648],
  [Number.POSITIVE_INFINITY, -2147483648],
  [-0.5, 0],
])('turns the float64 %d into the int32 %d as Go does', (value, expected) => {
  expect(toInt32(value)).toBe(expected);
});

it('divides as int64 does for every amount up to 2^53', () => {
  const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(amount, amount, (total, request) => {
      const divisor = request + 1;
      expect(multiplyThenDivide(total, 100, divisor)).toBe(Number((BigInt(total) * 100n) / BigInt(divisor)));
    }),
  );
});
