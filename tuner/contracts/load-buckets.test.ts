import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binIndex, binMidpoint, isFailedOutcome, loadLineSchema } from './load-buckets.ts';

interface Case {
  value: number;
  index: number;
  because: string;
}
// The same cases as the Go test of the writer: worked out by hand from the formula.
const shared = join(import.meta.dirname, '../../scenarios/extension/buckets/testdata/bin-index.json');
const cases = JSON.parse(readFileSync(shared, 'utf8')) as Case[];

describe('binIndex', () => {
  it.each(cases)('puts $value into bin $index: $because', ({ value, index }) => {
    expect(binIndex(value)).toBe(index);
  });

  it('never falls as the value grows', () => {
    const positive = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(positive, positive, (a, b) => {
        expect(binIndex(Math.min(a, b))).toBeLessThanOrEqual(binIndex(Math.max(a, b)));
      }),
    );
  });
});

describe('binMidpoint', () => {
  it('is the middle of the bin from 100 to 101', () => {
    expect(binMidpoint(484)).toBe(100.5);
  });

  it('is within 1/128 of every value of its bin', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (value) => {
        expect(Math.abs(binMidpoint(binIndex(value)) - value) / value).toBeLessThanOrEqual(1 / 128);
      }),
    );
  });
});

describe('isFailedOutcome', () => {
  it('takes every class but ok and stopped for a failure', () => {
    expect(
      ['ok', 'stopped', '', 'cut', 'http_401', 'stream_error:invalid_param'].map(isFailedOutcome),
    ).toEqual([false, false, false, true, true, true]);
  });
});

describe('loadLineSchema', () => {
  it('refuses a header of another version', () => {
    const header = {
      type: 'header',
      schemaVersion: 2,
      startAt: '2026-11-22T21:00:00.000Z',
      histogram: { scheme: 'log-linear', subBucketsPerOctave: 64 },
      runner: '0',
    };
    expect(loadLineSchema.safeParse(header).success).toBe(false);
    expect(loadLineSchema.safeParse({ ...header, schemaVersion: 1 }).success).toBe(true);
  });
});
