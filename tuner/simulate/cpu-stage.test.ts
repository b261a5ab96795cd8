import { describe, expect, it } from 'vitest';
import {
  advanceClock,
  clearClock,
  createCpuClocks,
  createCpuStages,
  enterStage,
  fillStage,
  passNew,
  passOld,
} from './cpu-stage.ts';

describe('processor sharing in virtual time', () => {
  it('gives a request that is alone a whole second of CPU in a second', () => {
    const clocks = createCpuClocks(1);
    clearClock(clocks, 0, 0);
    expect(advanceClock(clocks, 0, 0, 1)).toBe(1);
    expect(advanceClock(clocks, 0, 1, 4)).toBe(0.25);
  });

  it('ends in their second all that came and need next to nothing, and half of those that need half of it', () => {
    expect(passNew(1, 0)).toBe(1);
    expect(passNew(1, 0.5)).toBe(0.5);
    expect(passNew(0.2, 0.5)).toBe(0);
  });

  it('is done with a request when the clock has given it what it needs', () => {
    const clocks = createCpuClocks(1);
    const stages = createCpuStages(1);
    clearClock(clocks, 0, 0);
    fillStage(stages, 0, 0, { count: 0, cpuSeconds: 0.5 });
    const done: number[] = [];
    for (let at = 0; at < 8; at++) {
      // Three others all the time: a quarter of a second for each in a second, so two seconds for half of one.
      const share = advanceClock(clocks, 0, at, 4);
      done.push(passOld(stages, clocks, 0, { at, share, cpuSeconds: 0.5 }));
      enterStage(stages, 0, at, { count: at === 0 ? 8 : 0, passing: 0 });
    }
    // Eight came evenly over second 0 and leave evenly over second 2.
    expect(done.map((count) => Math.round(count * 1e6) / 1e6)).toEqual([0, 0, 8, 0, 0, 0, 0, 0]);
  });

  it('begins with requests that are under way, and lets them end in their time', () => {
    const clocks = createCpuClocks(1);
    const stages = createCpuStages(1);
    clearClock(clocks, 0, 10);
    fillStage(stages, 0, 10, { count: 6, cpuSeconds: 0.5 });
    let left = 6;
    for (let at = 10; at < 13; at++) {
      const share = advanceClock(clocks, 0, at, 4);
      left -= passOld(stages, clocks, 0, { at, share, cpuSeconds: 0.5 });
      enterStage(stages, 0, at, { count: 0, passing: 0 });
    }
    expect(left).toBeCloseTo(0, 9);
  });
});
