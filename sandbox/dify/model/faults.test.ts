import { describe, expect, it } from 'vitest';
import { Trial, worldNamed } from '../testing/trial.ts';
import { Faults } from './faults.ts';
import { Scheduler } from './scheduler.ts';

describe('Faults', () => {
  it('begin to count with the first chat or run, and end', () => {
    const scheduler = new Scheduler();
    const faults = new Faults(scheduler, [{ kind: 'queue-metric-gone', atSeconds: 10, forSeconds: 5 }]);
    const countAt = (second: number) => {
      scheduler.advanceTo(second * 1000);
      return faults.active('queue-metric-gone').length;
    };
    expect(countAt(12)).toBe(0);
    faults.startClock();
    expect(countAt(20)).toBe(0);
    faults.startClock();
    expect([countAt(22), countAt(26.9), countAt(27)]).toEqual([1, 1, 0]);
  });

  it('make only the named component slow, and multiply where two hold', () => {
    const scheduler = new Scheduler();
    const slow = { kind: 'cpu-slow', atSeconds: 0, forSeconds: 5, component: 'api' } as const;
    const faults = new Faults(scheduler, [
      { ...slow, factor: 2 },
      { ...slow, factor: 3 },
    ]);
    faults.startClock();
    expect([faults.cpuSlowdown('api'), faults.cpuSlowdown('worker')]).toEqual([6, 1]);
  });

  it('double the CPU a chat costs its pod beside a noisy neighbour', () => {
    const world = worldNamed('comfortable', () => ({
      faults: [{ kind: 'cpu-slow', atSeconds: 0, forSeconds: 60, component: 'api', factor: 2 }],
    }));
    const trial = new Trial(world, { api: 1, worker: 0 });
    trial.chat('[[ttft=0.1 tps=100 n=20]]');
    trial.advance(5);
    // 85 + 20 × 0.74 + 43 ms, twice.
    expect(trial.model.fleet.pods[0]?.process.cpu.usedMs).toBeCloseTo(2 * 142.8, 6);
  });
});
