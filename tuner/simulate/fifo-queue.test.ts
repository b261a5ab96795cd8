import { describe, expect, it } from 'vitest';
import {
  clearQueue,
  createFifoQueues,
  enterQueue,
  leaveQueue,
  ringSeconds,
  waitingSince,
} from './fifo-queue.ts';

function waits(queues: ReturnType<typeof createFifoQueues>) {
  const { count, wait, weight } = queues.parts;
  return Array.from({ length: count }, (_, part) => ({ wait: wait[part], weight: weight[part] }));
}

describe('first in, first out', () => {
  it('lets those that leave in the second in which they came wait for nothing', () => {
    const queues = createFifoQueues(1);
    enterQueue(queues, 0, 0, 4);
    leaveQueue(queues, 0, 0, { count: 4, free: 0 });
    expect(waits(queues)).toEqual([{ wait: 0, weight: 4 }]);
  });

  it('lets the longest-waiting leave first, with the wait from the middle of coming to the middle of going', () => {
    const queues = createFifoQueues(1);
    enterQueue(queues, 0, 0, 2);
    enterQueue(queues, 0, 1, 2);
    enterQueue(queues, 0, 2, 0);
    enterQueue(queues, 0, 3, 0);
    leaveQueue(queues, 0, 3, { count: 3, free: 0 });
    // Two of second 0 (middle 0.5) go in the first two thirds of second 3 (middle 3.333), one of second 1, of which
    // it is the first half (middle 1.25), in the last third (middle 3.833).
    expect(waits(queues).map(({ weight }) => weight)).toEqual([2, 1]);
    expect(waits(queues)[0]?.wait).toBeCloseTo(3 + 1 / 3 - 0.5, 9);
    expect(waits(queues)[1]?.wait).toBeCloseTo(3 + 5 / 6 - 1.25, 9);
  });

  it('lets only the last wait while there is room at the beginning of the second', () => {
    const queues = createFifoQueues(1);
    enterQueue(queues, 0, 0, 10);
    leaveQueue(queues, 0, 0, { count: 8, free: 6 });
    // Room for the last two comes evenly over the second; the line of 10 · t meets that of 6 + 2 · t at 0.75 s, at the
    // 7.5th, and the eighth comes at 0.8 s and leaves at 1 s.
    expect(waits(queues).map(({ weight }) => weight)).toEqual([6, 1.5, expect.closeTo(0.5, 9)]);
    expect(waits(queues).map(({ wait }) => wait)).toEqual([0, 0, expect.closeTo(0.1, 9)]);
  });

  it('goes on where the last departure ended', () => {
    const queues = createFifoQueues(1);
    for (let at = 0; at < 10; at++) {
      enterQueue(queues, 0, at, 1);
      if (at >= 5) leaveQueue(queues, 0, at, { count: 1, free: 0 });
    }
    // One a second in and out, five seconds late.
    expect(waits(queues)[0]?.wait).toBeCloseTo(5, 9);
  });

  it('remembers no more than the ring holds: whoever waits longer counts as that', () => {
    const queues = createFifoQueues(1);
    for (let at = 0; at < 2 * ringSeconds; at++) enterQueue(queues, 0, at, at === 0 ? 1 : 0);
    leaveQueue(queues, 0, 2 * ringSeconds - 1, { count: 1, free: 0 });
    const [first] = waits(queues);
    expect(first?.weight).toBe(1);
    expect(first?.wait).toBeGreaterThan(ringSeconds - 3);
  });

  it('keeps queues apart, and empties one at a time', () => {
    const queues = createFifoQueues(2);
    enterQueue(queues, 0, 0, 1);
    enterQueue(queues, 1, 0, 5);
    clearQueue(queues, 1, 1);
    enterQueue(queues, 0, 1, 0);
    enterQueue(queues, 1, 1, 2);
    leaveQueue(queues, 1, 1, { count: 2, free: 0 });
    expect(waits(queues)).toEqual([{ wait: 0, weight: 2 }]);
    leaveQueue(queues, 0, 1, { count: 1, free: 0 });
    expect(waits(queues)[0]?.wait).toBeCloseTo(1, 9);
  });
});

describe('those that wait and came before a moment', () => {
  it('are counted evenly within a second, less those that have left', () => {
    const queues = createFifoQueues(1);
    clearQueue(queues, 0, 0);
    enterQueue(queues, 0, 0, 4);
    enterQueue(queues, 0, 1, 2);
    expect(waitingSince(queues, 0, 0.5)).toBe(2);
    expect(waitingSince(queues, 0, 1.5)).toBe(5);
    leaveQueue(queues, 0, 1, { count: 3, free: 3 });
    expect(waitingSince(queues, 0, 0.5)).toBe(0);
    expect(waitingSince(queues, 0, 1.5)).toBe(2);
    expect(waitingSince(queues, 0, Number.NEGATIVE_INFINITY)).toBe(0);
  });
});
