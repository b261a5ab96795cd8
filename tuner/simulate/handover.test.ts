import { expect, it } from 'vitest';
import {
  clearHandover,
  createDelaysBefore,
  createHandover,
  delayOf,
  handOver,
  keepDelays,
  placeBefore,
} from './handover.ts';

it('keeps mean and deviation of delays, among pods and on each of them', () => {
  const handover = createHandover();
  handOver(handover, 3, 2, 0.5);
  handOver(handover, 1, 6, 0);
  // Mean of 2, 2, 2, 6; their variance is 3, and three quarters of 0.25 come on top of it.
  expect(delayOf(handover, 3)).toEqual({ mean: 3, deviation: expect.closeTo(Math.sqrt(3 + 0.1875), 9) });
});

it('keeps those that met next to nothing apart from those that waited', () => {
  const come = createHandover();
  handOver(come, 9, 0.02, 0);
  handOver(come, 1, 1, 0);
  const before = createDelaysBefore();
  keepDelays(before, 300, come);
  const kept = [0, 1, 2, 3].map((length) => placeBefore(300, length));
  expect(kept.map((place) => before.shares[place])).toEqual([0.9, 0, 0.1, 0]);
  expect(kept.map((place) => before.means[place])).toEqual([expect.closeTo(0.02, 9), 0, 1, 0]);
});

it('begins anew', () => {
  const come = createHandover();
  handOver(come, 2, 1, 0);
  clearHandover(come);
  expect([come.count, delayOf(come, 2).mean]).toEqual([0, 0]);
});
