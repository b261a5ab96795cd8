import { describe, expect, it } from 'vitest';
import { milliUnits, nanoUnits } from './quantity.ts';

// Expected values by the definition in apimachinery pkg/api/resource/quantity.go.
describe('quantities', () => {
  it.each([
    { text: '250m', nano: 250_000_000n, milli: 250 },
    { text: '1', nano: 1_000_000_000n, milli: 1000 },
    { text: '1.5Gi', nano: 1_610_612_736_000_000_000n, milli: 1_610_612_736_000 },
    { text: '1234567n', nano: 1_234_567n, milli: 2 },
    { text: '1000000n', nano: 1_000_000n, milli: 1 },
    { text: '17u', nano: 17_000n, milli: 1 },
    { text: '2e3', nano: 2_000_000_000_000n, milli: 2_000_000 },
    { text: '.5', nano: 500_000_000n, milli: 500 },
    { text: '-1500m', nano: -1_500_000_000n, milli: -1500 },
    { text: '1k', nano: 1_000_000_000_000n, milli: 1_000_000 },
    { text: '0', nano: 0n, milli: 0 },
    { text: '1E', nano: 10n ** 27n, milli: 1e21 },
  ])('reads $text', ({ text, nano, milli }) => {
    expect(nanoUnits(text)).toBe(nano);
    expect(milliUnits(text)).toBe(milli);
  });

  it.each(['', 'm', '1.2.3', '1 Gi', '5x', 'NaN'])('refuses "%s"', (text) => {
    expect(nanoUnits(text)).toBeNull();
    expect(milliUnits(text)).toBeNull();
  });
});
