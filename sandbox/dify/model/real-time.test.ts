import { afterEach, describe, expect, it } from 'vitest';
import { type RealTime, startRealTime } from './real-time.ts';
import { Scheduler } from './scheduler.ts';

describe('startRealTime', () => {
  let realTime: RealTime | undefined;
  afterEach(() => realTime?.stop());

  it('plays events at their virtual times however late it wakes up, and what they ask for too', async () => {
    const scheduler = new Scheduler();
    realTime = startRealTime(scheduler, 50);
    const played: number[] = [];
    realTime.input(() => {
      const startedAtMs = scheduler.now();
      const beat = () => {
        played.push(Math.round(scheduler.now() - startedAtMs));
        if (played.length < 5) scheduler.after(7, beat);
      };
      scheduler.after(7, beat);
    });
    await expect.poll(() => played).toEqual([7, 14, 21, 28, 35]);
  });

  it('plays what is due before it lets anything in from outside', async () => {
    const scheduler = new Scheduler();
    realTime = startRealTime(scheduler);
    const order: string[] = [];
    realTime.input(() => void scheduler.after(1, () => order.push('due')));
    const until = performance.now() + 5;
    while (performance.now() < until);
    realTime.input(() => order.push('outside'));
    expect(order).toEqual(['due', 'outside']);
  });

  it('lets nothing in and plays nothing once it is stopped', async () => {
    const scheduler = new Scheduler();
    realTime = startRealTime(scheduler, 50);
    const order: string[] = [];
    realTime.input(() => void scheduler.after(50, () => order.push('due')));
    realTime.stop();
    realTime.input(() => order.push('outside'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(order).toEqual([]);
  });
});
