import { describe, expect, it } from 'vitest';
import { answerDraws, createAnswerTime } from './answer-time.ts';

const meanOf = (draws: Uint16Array) => draws.reduce((sum, seconds) => sum + seconds, 0) / answerDraws;

describe('answer times in whole seconds', () => {
  it.each([
    { mean: 0.75, squaredVariation: 0.09 },
    { mean: 4.5, squaredVariation: 0.6 },
    { mean: 20, squaredVariation: 2 },
  ])('keep mean and variance: $mean s, squared variation $squaredVariation', ({ mean, squaredVariation }) => {
    const { draws } = createAnswerTime(mean, squaredVariation);
    const square = draws.reduce((sum, seconds) => sum + seconds * seconds, 0) / answerDraws;
    expect(Math.abs(meanOf(draws) / mean - 1)).toBeLessThan(0.02);
    // Rounding to seconds from anywhere in one adds at most a quarter.
    const variance = squaredVariation * mean * mean;
    expect(square - mean * mean).toBeGreaterThan(0.9 * variance);
    expect(square - mean * mean).toBeLessThan(1.02 * variance + 0.25);
  });

  it('of a constant half a second end in their own second if they begin in its first half', () => {
    const { sameSecond, draws } = createAnswerTime(0.5, 0);
    expect(sameSecond).toBe(0.5);
    expect(draws[0]).toBe(0);
    expect(draws[answerDraws - 1]).toBe(1);
  });

  it('of requests that are under way at a random moment have all of them end, sooner than a new one', () => {
    const { remaining } = createAnswerTime(4, 0);
    // A constant of 4 s that is under way has anything up to 4 s left.
    expect([...remaining.slice(0, 5)].map((share) => Math.round(share * 1000) / 1000)).toEqual([
      0.25, 0.25, 0.25, 0.25, 0,
    ]);
    expect(createAnswerTime(4, 1).remaining.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  });

  it('beyond the longest that is told apart count as that long', () => {
    const { draws, mostSeconds } = createAnswerTime(5000, 0.1);
    expect(mostSeconds).toBe(1024);
    expect(Math.max(...draws)).toBe(1022);
  });
});
