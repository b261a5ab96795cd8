import { describe, expect, it } from 'vitest';
import { haltonPoint } from './halton.ts';

describe('haltonPoint', () => {
  it('begins with the radical inverses of 1, 2, 3 in bases 2 and 3 for seed 0', () => {
    // van der Corput: 1/2, 1/4, 3/4 and 1/3, 2/3, 1/9
    const points = [0, 1, 2].map((index) => haltonPoint(index, 2, 0));
    const expected = [
      [1 / 2, 1 / 3],
      [1 / 4, 2 / 3],
      [3 / 4, 1 / 9],
    ];
    for (const [index, point] of points.entries()) {
      expect(point[0]).toBeCloseTo(expected[index]?.[0] ?? 0, 9);
      expect(point[1]).toBeCloseTo(expected[index]?.[1] ?? 0, 6);
    }
  });

  it('puts as many points into each tenth of every dimension as chance never would', () => {
    const count = 1000;
    for (const seed of [0, 1, 77]) {
      const points = Array.from({ length: count }, (_, index) => haltonPoint(index, 12, seed));
      for (let dimension = 0; dimension < 12; dimension++) {
        const tenths = new Array<number>(10).fill(0);
        for (const point of points) {
          const tenth = Math.floor((point[dimension] ?? 0) * 10);
          tenths[tenth] = (tenths[tenth] ?? 0) + 1;
        }
        // Random points would be off by ± 20 (two standard deviations).
        expect(Math.max(...tenths.map((found) => Math.abs(found - count / 10)))).toBeLessThanOrEqual(15);
      }
    }
  });

  it('gives other points for another seed, and never 1', () => {
    expect(haltonPoint(5, 3, 1)).not.toEqual(haltonPoint(5, 3, 2));
    const values = Array.from({ length: 500 }, (_, index) => haltonPoint(index, 12, 9)).flat();
    expect(Math.max(...values)).toBeLessThan(1);
  });

  it('refuses more dimensions than it has bases for', () => {
    expect(() => haltonPoint(0, 13, 0)).toThrow('13 dimensions, at most 12');
  });
});
