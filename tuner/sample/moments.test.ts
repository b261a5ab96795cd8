import { describe, expect, it } from 'vitest';
import { goDurationSeconds, happenedAt } from './moments.ts';

describe('happenedAt', () => {
  it.each([
    { name: 'seen within the second of its stamp', stamp: 12, seen: 12.43, expected: 12.43 },
    { name: 'seen just after the second, as watches are', stamp: 12, seen: 13.1, expected: 13.1 },
    { name: 'seen late, after a broken watch', stamp: 12, seen: 19, expected: 12 },
    { name: 'from before the run', stamp: -300, seen: 0.1, expected: -300 },
    { name: 'stamped by a clock that is ahead of ours', stamp: 15, seen: 12.4, expected: 15 },
    { name: 'without a stamp', stamp: null, seen: 12.4, expected: 12.4 },
  ])('$name', ({ stamp, seen, expected }) => {
    expect(happenedAt(stamp, seen)).toBe(expected);
  });
});

describe('goDurationSeconds', () => {
  it.each([
    ['15.049s', 15.049],
    ['1m0.5s', 60.5],
    ['1h2m3s', 3723],
    ['250ms', 0.25],
    ['0s', 0],
  ])('reads %s', (text, seconds) => {
    expect(goDurationSeconds(text)).toBeCloseTo(seconds, 9);
  });

  it.each(['', '15', 's', '1x', '15 s'])('refuses "%s"', (text) => {
    expect(goDurationSeconds(text)).toBeNull();
  });
});
