import { describe, expect, it } from 'vitest';
import {
  answeredIn,
  createAnswerStage,
  enterAnswers,
  fillAnswers,
  keepAnswers,
  moveAnswers,
} from './answer-stage.ts';
import { createAnswerTime } from './answer-time.ts';
import { noiseOf } from './noise.ts';

const noise = noiseOf(1);

/** Lets `counts` begin to wait second by second, and tells how many are done in each of `seconds`. */
function doneBySecond(
  meanSeconds: number,
  squaredVariation: number,
  counts: number[],
  seconds: number,
): number[] {
  const stage = createAnswerStage(1, createAnswerTime(meanSeconds, squaredVariation));
  return Array.from({ length: seconds }, (_, at) => {
    const before = answeredIn(stage, 0, at);
    return before + enterAnswers(stage, 0, { at, count: counts[at] ?? 0, noise });
  });
}

const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);

describe('requests that wait for others', () => {
  it('are all done in the end, parts of one included', () => {
    const counts = [0.4, 0.35, 2.5, 0, 7.25];
    expect(total(doneBySecond(3, 0.5, counts, 60))).toBeCloseTo(total(counts), 9);
  });

  it('wait the mean time, by luck of their own', () => {
    const counts = Array.from({ length: 4000 }, () => 0.7);
    const done = doneBySecond(4, 0.5, counts, 4100);
    const waited = total(done.map((count, at) => count * at)) - total(counts.map((count, at) => count * at));
    expect(waited / total(counts)).toBeGreaterThan(3.8);
    expect(waited / total(counts)).toBeLessThan(4.2);
    // A mean in place of luck would have the same number end in every second.
    expect(Math.max(...done.slice(100, 4000))).toBeGreaterThan(1.5);
  });

  it('share their luck where they are many', () => {
    expect(total(doneBySecond(2, 0.1, [1000], 30))).toBeCloseTo(1000, 6);
  });

  it('go on as they would have where they are moved to another place', () => {
    const time = createAnswerTime(4, 0);
    const from = createAnswerStage(1, time);
    const to = createAnswerStage(2, time);
    fillAnswers(from, 0, 10, 8);
    moveAnswers({ stage: from, place: 0, share: 0.5 }, { stage: to, place: 1 });
    expect([10, 11, 12, 13, 14].map((at) => Math.round(answeredIn(to, 1, at) * 1e6) / 1e6)).toEqual([
      1, 1, 1, 1, 0,
    ]);
    keepAnswers(from, 0, 0);
    expect(answeredIn(from, 0, 10)).toBe(0);
  });
});
