import { describe, expect, it } from 'vitest';
import { formatNumber, type NumberFormat } from './format-number.ts';

describe('formatNumber', () => {
  const cases: { name: string; value: number; format: NumberFormat; expected: string }[] = [
    { name: 'keeps whole numbers whole', value: 1234, format: 'decimal', expected: '1,234' },
    { name: 'shows three significant digits', value: 6.1784, format: 'decimal', expected: '6.18' },
    { name: 'rounds at the third digit from 10 on', value: 10.96, format: 'decimal', expected: '11' },
    { name: 'does not round a small share to 0', value: 0.00042, format: 'decimal', expected: '0.00042' },
    { name: 'moves the point of a ratio', value: 0.0042, format: 'percent', expected: '0.42 %' },
    { name: 'counts bytes in 2^20', value: 512 * 1024 * 1024, format: 'mebibytes', expected: '512 MiB' },
    { name: 'reads seconds as a clock', value: 247.4, format: 'clock', expected: '4:07' },
    { name: 'adds hours when there are any', value: 3750, format: 'clock', expected: '1:02:30' },
    { name: 'keeps what was before the start before it', value: -12, format: 'clock', expected: '−0:12' },
    { name: 'keeps a negative difference negative', value: -3.456, format: 'decimal', expected: '-3.46' },
  ];
  it.each(cases)('$name: $value → $expected', ({ value, format, expected }) => {
    expect(formatNumber(value, format)).toBe(expected);
  });
});
