import { expect, it } from 'vitest';
import { BinsBySecond, zeroBin } from './bins-by-second.ts';

function seen(bins: BinsBySecond, from: number, to: number): number[][] {
  const found: number[][] = [];
  bins.each(from, to, (bin, count, second) => found.push([second, bin, count]));
  return found;
}

it('gives the bins of a stretch in the order of its seconds, whatever order they came in', () => {
  const bins = new BinsBySecond();
  bins.add(7, 500, 2);
  bins.add(3, -40, 1);
  bins.add(7, 501, 1);
  bins.add(3, 500, 4);
  bins.add(0, 12, 9);
  expect(seen(bins, 0, 8)).toEqual([
    [0, 12, 9],
    [3, -40, 1],
    [3, 500, 4],
    [7, 500, 2],
    [7, 501, 1],
  ]);
  expect(seen(bins, 1, 7)).toEqual([
    [3, -40, 1],
    [3, 500, 4],
  ]);
});

it('has nothing outside of what was recorded', () => {
  const bins = new BinsBySecond();
  expect(seen(bins, 0, 10)).toEqual([]);
  bins.add(5, 1, 1);
  expect(seen(bins, -3, 5)).toEqual([]);
  expect(seen(bins, 6, 99)).toEqual([]);
  expect(seen(bins, 5, Number.POSITIVE_INFINITY)).toEqual([[5, 1, 1]]);
});

it('takes further bins after a question', () => {
  const bins = new BinsBySecond();
  bins.add(2, 1, 1);
  expect(seen(bins, 0, 9)).toHaveLength(1);
  bins.add(1, 8, 3);
  expect(seen(bins, 0, 9)).toEqual([
    [1, 8, 3],
    [2, 1, 1],
  ]);
});

it('keeps large counts, and the samples of 0 apart from every bin', () => {
  const bins = new BinsBySecond();
  bins.add(0, 419, 200_000);
  bins.add(0, zeroBin, 3);
  bins.add(0, -40_000, 1);
  const counts = new Map<number, number>();
  bins.each(0, 1, (bin, count) => counts.set(bin, (counts.get(bin) ?? 0) + count));
  expect(counts.get(419)).toBe(200_000);
  expect(counts.get(zeroBin)).toBe(3);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(200_004);
});
