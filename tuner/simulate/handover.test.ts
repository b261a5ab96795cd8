import { expect, it } from 'vitest';
import {
  addHandover,
  clearHandover,
  createHandover,
  deviationOfDelay,
  handOver,
  meanDelay,
} from './handover.ts';

it('keeps mean and deviation of delays, among pods and on each of them', () => {
  const handover = createHandover();
  handOver(handover, 3, 1, 0.5);
  handOver(handover, 1, 5, 0);
  // Mean of 1, 1, 1, 5; their variance is 3, and three quarters of 0.25 come on top of it.
  expect(meanDelay(handover)).toBeCloseTo(2, 9);
  expect(deviationOfDelay(handover)).toBeCloseTo(Math.sqrt(3 + 0.1875), 9);
});

it('adds what was handed over to what is known, and begins anew', () => {
  const all = createHandover();
  const some = createHandover();
  handOver(some, 2, 1, 0);
  addHandover(all, some);
  addHandover(all, some);
  clearHandover(some);
  expect([all.count, meanDelay(all), some.count, meanDelay(some), deviationOfDelay(some)]).toEqual([
    4, 1, 0, 0, 0,
  ]);
});
