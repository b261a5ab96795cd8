import { describe, expect, it } from 'vitest';
import { parseMilli, parseNanos, parseRatio, parseSignedMilli } from './quantity.ts';

// Expected: Kubernetes apimachinery/pkg/api/resource, Quantity.MilliValue and AsApproximateFloat64 (0.37.2).

describe('parseMilli', () => {
  it.each([
    ['500m', 500],
    ['1', 1000],
    [30, 30_000],
    [0.25, 250],
    ['1.5', 1500],
    ['.5', 500],
    ['5.', 5000],
    ['+2', 2000],
    ['2e3', 2_000_000],
    ['1E-3', 1],
    ['1k', 1_000_000],
    ['1Ki', 1_024_000],
    ['1.5Gi', 1_610_612_736_000],
    ['100M', 100_000_000_000],
    ['1500u', 2],
    ['1n', 1],
    ['0', 0],
    ['0.0000000001', 1],
  ])('reads %s as %d milli-units, rounding up', (text, milli) => {
    expect(parseMilli(text)).toBe(milli);
  });

  it.each(['', '.', 'x', '1q', '1KI', '1 Gi', '1e', 'e3', '1.2.3', '-1', '10P', '1e40'])(
    'refuses %j: no quantity, negative, or more than 2^53 milli-units',
    (text) => {
      expect(parseMilli(text)).toBeNull();
    },
  );
});

describe('parseSignedMilli', () => {
  it.each([
    ['250m', 250],
    ['1234567n', 2],
    ['17u', 1],
    ['-1500m', -1500],
    ['-1500u', -2],
    ['1E', 1e21],
  ])('reads %s as %d milli-units', (text, milli) => {
    expect(parseSignedMilli(text)).toBe(milli);
  });

  it.each(['', 'm', '1.2.3', '1 Gi', '5x', 'NaN'])('refuses %j', (text) => {
    expect(parseSignedMilli(text)).toBeNull();
  });
});

describe('parseNanos', () => {
  it('rounds digits finer than a nano away from zero', () => {
    expect(parseNanos('1.0000000001')).toBe(1_000_000_001n);
    expect(parseNanos('-500m')).toBe(-500_000_000n);
  });
});

describe('parseRatio', () => {
  it('multiplies the canonical mantissa by a power of a thousand, as the controller’s float64 does', () => {
    expect(parseRatio('330m')).toBe(330 * 0.001);
    expect(parseRatio('0.33')).toBe(330 * 0.001);
    expect(parseRatio('1e-1')).toBe(100 * 0.001);
    expect(parseRatio('0')).toBe(0);
    expect(parseRatio('2k')).toBe(2000);
  });

  it('is not the nearest float64 of the decimal', () => {
    // 9 × 0.001 is one step above 0.009.
    expect(parseRatio('0.009')).toBe(0.009000000000000001);
    expect(parseRatio('9m')).not.toBe(0.009);
  });
});
