import { expect, it } from 'vitest';
import { slotWaitOf } from './slot-wait.ts';

const calm = { endingRate: 6, jobs: 0 };

it('lets nobody wait while slots are free by far, and all wait for those before them in a long queue', () => {
  expect(slotWaitOf(0, { ...calm, excess: -20 })).toEqual({ mean: 0, deviation: 0 });
  // 5 s for 30 ends, and a fifth of one more.
  expect(slotWaitOf(5, { ...calm, excess: 30 }).mean).toBeCloseTo(5 + 0.2 / 6, 9);
});

it('lets some wait although a slot is free by the mean', () => {
  const { mean, deviation } = slotWaitOf(0, { ...calm, excess: -1 });
  // A normal number of mean -0.8 and variance 12 / 6 where it is positive: 0.252 ends, 0.553 around it (by the error function).
  expect(mean * 6).toBeCloseTo(0.252, 3);
  expect(deviation * 6).toBeCloseTo(0.553, 2);
});

it('leaves half of the chance where the CPU is busy all the time', () => {
  const free = slotWaitOf(5, { ...calm, excess: 30 }).deviation;
  expect(slotWaitOf(5, { ...calm, excess: 30, jobs: 1e9 }).deviation / free).toBeCloseTo(Math.SQRT1_2, 4);
});
