import { describe, expect, it } from 'vitest';
import {
  advanceClock,
  type CpuNeed,
  clearClock,
  createCpuClocks,
  createCpuStages,
  enterStage,
  fillStage,
  passNew,
  passOld,
} from './cpu-stage.ts';

const alike = (cpuSeconds: number) => ({ cpuSeconds, deviation: 0 });

/** Ten more a second on a process, 10 to begin with; one comes in each second. @returns those done after 8 s */
function doneWhileFilling(need: CpuNeed): number {
  const clocks = createCpuClocks(1);
  const stages = createCpuStages(1);
  clearClock(clocks, 0, 0);
  fillStage(stages, 0, 0, { count: 0, cpuSeconds: need.cpuSeconds });
  let done = 0;
  for (let at = 0; at < 8; at++) {
    const share = Math.log((at + 2) / (at + 1)) / 10;
    done += passOld(stages, clocks, 0, { at, share }, need);
    advanceClock(clocks, 0, at, share);
    enterStage(stages, 0, at, { count: 1, passing: 0 });
  }
  return done;
}

describe('processor sharing in virtual time', () => {
  it('ends in their second all that came and need next to nothing, and half of those that need half of it', () => {
    const alone = { from: 1, to: 1 };
    expect(passNew(1, alone, alike(0))).toBe(1);
    expect(passNew(1, alone, alike(0.5))).toBe(0.5);
    expect(passNew(0.2, { from: 5, to: 5 }, alike(0.5))).toBe(0);
  });

  it('is done in a second that fills with those that came while it was empty', () => {
    // 1 to 11 requests: by hand, all that came before 11 · e^(-10 · 0.05) were there. An even clock would say 0.79.
    const share = Math.log(11) / 10;
    const byHand = (11 * Math.exp(-0.5) - 1) / 10;
    expect(passNew(share, { from: 1, to: 11 }, alike(0.05))).toBeCloseTo(byHand, 9);
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
      done.push(passOld(stages, clocks, 0, { at, share }, alike(0.5)));
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
      left -= passOld(stages, clocks, 0, { at, share }, alike(0.5));
      advanceClock(clocks, 0, at, share);
      enterStage(stages, 0, at, { count: 0, passing: 0 });
    }
    expect(left).toBeCloseTo(0, 9);
  });

  it('knows that a clock runs ever slower within a second that fills', () => {
    // By hand: done are those that came while there were at most 90 · e^(-10 · 0.12), so before 1.711 s.
    const byHand = 9 * Math.exp(-1.2) - 1;
    expect(Math.abs(doneWhileFilling(alike(0.12)) - byHand)).toBeLessThan(0.01);
    // With a clock that runs evenly in each second.
    const evenly = 1 + (Math.log(9) / 10 - 0.12 - Math.log(2) / 10) / (Math.log(3 / 2) / 10);
    expect(evenly - byHand).toBeGreaterThan(0.03);
  });

  it('is done with more of those that need less than with fewer of those that need more, while they fill it', () => {
    const byHand = (9 * Math.exp(-1) - 1 + 9 * Math.exp(-1.4) - 1) / 2;
    const differing = doneWhileFilling({ cpuSeconds: 0.12, deviation: 0.02 });
    expect(Math.abs(differing - byHand)).toBeLessThan(0.01);
    expect(differing - doneWhileFilling(alike(0.12))).toBeGreaterThan(0.04);
    const sharing = { from: 10, to: 10 };
    expect(passNew(0.1, sharing, { cpuSeconds: 0.05, deviation: 0.01 })).toBeCloseTo(0.5, 9);
    // Of those that need less a fifth is done in their own second, of the others none.
    expect(passNew(0.1, sharing, { cpuSeconds: 0.1, deviation: 0.02 })).toBeCloseTo(0.1, 9);
  });

  it('may be asked twice what a second does, of which the last answer happens', () => {
    const clocks = createCpuClocks(1);
    const stages = createCpuStages(1);
    clearClock(clocks, 0, 10);
    fillStage(stages, 0, 10, { count: 6, cpuSeconds: 0.5 });
    const ask = (at: number, share: number) => passOld(stages, clocks, 0, { at, share }, alike(0.5));
    expect(ask(10, 0.5)).toBeCloseTo(6, 9);
    expect(ask(10, 0.25)).toBeCloseTo(3, 9);
    advanceClock(clocks, 0, 10, 0.25);
    enterStage(stages, 0, 10, { count: 0, passing: 0 });
    expect(ask(11, 0.25)).toBeCloseTo(3, 9);
  });
});
