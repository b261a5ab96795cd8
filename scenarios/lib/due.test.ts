import { describe, expect, it } from 'vitest';
import { dueSeconds } from './due.ts';

const stages = (...pairs: [number, number][]) =>
  pairs.map(([durationSeconds, arrivalsPerSecond]) => ({ durationSeconds, arrivalsPerSecond }));

describe('dueSeconds', () => {
  // By hand: area = arrival + 1. Ramp 0 → 4 over 10 s: area t²/5, so t = √(5 (n + 1)); its whole area is 20.
  it.each([
    { name: 'the first of a steady rate', start: 2, of: stages([9, 2]), arrival: 0, expected: 0.5 },
    { name: 'a later one of it', start: 2, of: stages([9, 2]), arrival: 9, expected: 5 },
    { name: 'one of a ramp', start: 0, of: stages([10, 4]), arrival: 4, expected: 5 },
    { name: 'the last of a ramp', start: 0, of: stages([10, 4]), arrival: 19, expected: 10 },
    { name: 'one of a ramp down', start: 4, of: stages([10, 0]), arrival: 14, expected: 5 },
    { name: 'one behind a jump', start: 0, of: stages([10, 0], [0, 5], [2, 5]), arrival: 1, expected: 10.4 },
    { name: 'one that never comes', start: 1, of: stages([3, 1]), arrival: 7, expected: 3 },
  ])('knows $name', ({ start, of, arrival, expected }) => {
    expect(dueSeconds({ startArrivalsPerSecond: start, stages: of }, arrival)).toBeCloseTo(expected, 9);
  });
});
