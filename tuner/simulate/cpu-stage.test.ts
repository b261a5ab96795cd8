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
  it('ends in their second all that came and need next to nothing, and half of those that need half of it', () => {
    const alone = { from: 1, to: 1 };
    expect(passNew(1, alone, 0)).toBe(1);
    expect(passNew(1, alone, 0.5)).toBe(0.5);
    expect(passNew(0.2, { from: 5, to: 5 }, 0.5)).toBe(0);
  });

  it('is done in a second that fills with those that came while it was empty', () => {
    // 1 to 11 requests: by hand, all that came before 11 · e^(-10 · 0.05) were there. An even clock would say 0.79.
    const share = Math.log(11) / 10;
    const byHand = (11 * Math.exp(-0.5) - 1) / 10;
    expect(passNew(share, { from: 1, to: 11 }, 0.05)).toBeCloseTo(byHand, 9);
    expect(1 - 0.05 / share).toBeCloseTo(0.79, 2);
  });

  it('is done with a request when the clock has given it what it needs', () => {
    const clocks = createCpuClocks(1);
    const stages = createCpuStages(1);
    clearClock(clocks, 0, 0);
    fillStage(stages, 0, 0, { count: 0, cpuSeconds: 0.5 });
    const done: number[] = [];
    for (let at = 0; at < 8; at++) {
      // Three others all the time: a quarter of a second for each in a second, so two seconds for half of one.
      const share = 1 / 4;
      done.push(passOld(stages, clocks, 0, { at, share }, 0.5));
      advanceClock(clocks, 0, at, share);
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
      const share = 1 / 4;
      left -= passOld(stages, clocks, 0, { at, share }, 0.5);
      advanceClock(clocks, 0, at, share);
      enterStage(stages, 0, at, { count: 0, passing: 0 });
    }
    expect(left).toBeCloseTo(0, 9);
  });

  it('may be asked twice what a second does, of which the last answer happens', () => {
    const clocks = createCpuClocks(1);
    const stages = createCpuStages(1);
    clearClock(clocks, 0, 10);
    fillStage(stages, 0, 10, { count: 6, cpuSeconds: 0.5 });
    const ask = (at: number, share: number) => passOld(stages, clocks, 0, { at, share }, 0.5);
    expect(ask(10, 0.5)).toBeCloseTo(6, 9);
    expect(ask(10, 0.25)).toBeCloseTo(3, 9);
    advanceClock(clocks, 0, 10, 0.25);
    enterStage(stages, 0, 10, { count: 0, passing: 0 });
    expect(ask(11, 0.25)).toBeCloseTo(3, 9);
  });
});
