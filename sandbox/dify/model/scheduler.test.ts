import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scheduler } from './scheduler.ts';

describe('Scheduler', () => {
  it('plays events at their own times, equal times in the order they were asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (delays) => {
        const scheduler = new Scheduler();
        const played: { delay: number; index: number; at: number }[] = [];
        for (const [index, delay] of delays.entries()) {
          scheduler.after(delay, () => played.push({ delay, index, at: scheduler.now() }));
        }
        scheduler.advanceTo(20);
        const expected = delays
          .map((delay, index) => ({ delay, index, at: delay }))
          .sort((a, b) => a.delay - b.delay || a.index - b.index);
        expect(played).toEqual(expected);
      }),
    );
  });

  it('leaves alone what is due later', () => {
    const scheduler = new Scheduler();
    let hasPlayed = false;
    scheduler.after(10, () => {
      hasPlayed = true;
    });
    scheduler.advanceTo(9.99);
    expect(hasPlayed).toBe(false);
    expect(scheduler.now()).toBe(9.99);
    expect(scheduler.nextAtMs()).toBe(10);
  });

  it('plays what events ask for within the same advance, at its time and not at the end', () => {
    const scheduler = new Scheduler();
    const at: number[] = [];
    scheduler.after(10, () => scheduler.after(5, () => at.push(scheduler.now())));
    scheduler.advanceTo(100);
    expect(at).toEqual([15]);
  });

  it('forgets what was cancelled', () => {
    const scheduler = new Scheduler();
    let hasPlayed = false;
    const timer = scheduler.after(1, () => {
      hasPlayed = true;
    });
    timer.cancel();
    scheduler.advanceTo(2);
    expect(hasPlayed).toBe(false);
  });

  it('lets a delay smaller than its resolution pass, so that waiting for the rest of a time ends', () => {
    const scheduler = new Scheduler();
    scheduler.advanceTo(1e9);
    const before = scheduler.now();
    scheduler.after(1e-12, () => expect(scheduler.now()).toBeGreaterThan(before));
    scheduler.advanceTo(1e9 + 1);
    expect.assertions(1);
  });
});
