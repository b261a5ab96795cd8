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
import { createPassedParts, findPassed } from './passed-parts.ts';

interface Second {
  readonly coming: number;
  /** CPU seconds that each request gets in it. */
  readonly share: number;
}

/** Waits of all that get through a stage of `cpuSeconds`, with the second in which they did. */
function passThrough(seconds: readonly Second[], cpuSeconds: number, present = 0) {
  const clocks = createCpuClocks(1);
  const stage = createCpuStages(1);
  const parts = createPassedParts();
  const need = { cpuSeconds, deviation: 0 };
  clearClock(clocks, 0, 0);
  fillStage(stage, 0, 0, { count: present, cpuSeconds });
  const recorded = stage.entered[0] as number;
  const through: { at: number; came: number; wait: number; weight: number }[] = [];
  for (const [at, { coming, share }] of seconds.entries()) {
    passOld(stage, clocks, 0, { at, share }, need);
    const passingNew = passNew(share, { from: 1 / share, to: 1 / share }, need);
    findPassed(parts, stage, clocks, 0, { at, share, cpuSeconds, coming, passingNew, recorded });
    for (let part = 0; part < parts.count; part++) {
      const [came = 0, wait = 0, weight = 0] = [parts.second[part], parts.wait[part], parts.weight[part]];
      through.push({ at, came, wait, weight });
    }
    advanceClock(clocks, 0, at, share);
    enterStage(stage, 0, at, { count: coming, passing: coming * passingNew });
  }
  return through;
}

describe('findPassed', () => {
  it('finds no wait where each has a process to itself', () => {
    const through = passThrough(
      [
        { coming: 3, share: 1 },
        { coming: 0, share: 1 },
      ],
      0.2,
    );
    expect(through.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(3, 9);
    for (const { wait } of through) expect(wait).toBeCloseTo(0, 9);
  });

  it('finds that CPU takes four times as long among four', () => {
    const seconds = Array.from({ length: 6 }, () => ({ coming: 2, share: 0.25 }));
    const through = passThrough(seconds, 0.5);
    // Two seconds on the stage, of which half a second is the work itself.
    expect(through).toHaveLength(4);
    for (const { wait } of through) expect(wait).toBeCloseTo(1.5, 6);
  });

  it('finds what the clock did after a request came, not what it did before', () => {
    // 1 CPU second: a quarter of it in each of two seconds among four, the rest in half a second alone.
    const slow = { coming: 0, share: 0.25 };
    const [first] = passThrough([{ coming: 1, share: 0.25 }, slow, { coming: 0, share: 1 }], 1);
    expect(first?.at).toBe(2);
    expect(first?.came).toBe(0);
    // The middle of those that came: 0.125 + 0.25 done by second 2, so through at 2.625, having come at 0.5.
    expect(first?.wait).toBeCloseTo(2.625 - 0.5 - 1, 6);
    expect(first?.weight).toBeCloseTo(1, 9);
  });

  it('leaves out those that were there when the rings began', () => {
    const through = passThrough(
      [
        { coming: 1, share: 0.5 },
        { coming: 0, share: 0.5 },
        { coming: 0, share: 0.5 },
      ],
      0.4,
      5,
    );
    expect(through.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    for (const { came } of through) expect(came).toBe(0);
  });
});
