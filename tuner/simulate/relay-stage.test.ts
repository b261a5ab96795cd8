import { describe, expect, it } from 'vitest';
import { advanceClock, clearClock, createCpuClocks } from './cpu-stage.ts';
import {
  createRelayStage,
  fillRelays,
  finishRelays,
  finishRelaysAtOnce,
  leavingRelays,
  passRelays,
  passRelaysAtOnce,
} from './relay-stage.ts';
import { noService } from './service-mix.ts';

/** Lets `started` runs begin and `ended` end in each second, on a process that `others` share. */
function relay(others: number, perSecond: { started: number; ended: number }, seconds: number) {
  // 200 ms of CPU for each half.
  const relays = createRelayStage(1, { ...noService, cpuSeconds: 0.4 });
  const clocks = createCpuClocks(1);
  clearClock(clocks, 0, 0);
  fillRelays(relays, 0, 0);
  const share = 1 / (others + 1);
  const sharing = { from: others + 1, to: others + 1 };
  let accepted = 0;
  for (let at = 0; at < seconds; at++) {
    relays.ended = perSecond.ended;
    passRelays(relays, clocks, sharing, { place: 0, at, share });
    accepted = finishRelays(relays, clocks, { place: 0, at, share }, perSecond.started);
    advanceClock(clocks, 0, at, share);
  }
  return { relays, accepted };
}

describe('runs that are relayed, on the CPU of their pod', () => {
  it('are handed over as late as the others on the process make them, and none is lost', () => {
    const { relays, accepted } = relay(9, { started: 3, ended: 0 }, 20);
    // 200 ms at a tenth of the speed: 2 s, so that two seconds' arrivals are there at any moment.
    expect(accepted).toBeCloseTo(3, 6);
    expect(relays.accepting).toBeCloseTo(6, 6);
    const { count, wait, weight } = relays.passing;
    const passed = Array.from({ length: count }, (_, part) => part);
    const mean = passed.reduce((sum, part) => sum + (wait[part] ?? 0) * (weight[part] ?? 0), 0) / accepted;
    expect(mean).toBeCloseTo(1.8, 6);
  });

  it('keep those that begin and those that end apart, though they share the CPU in one order', () => {
    const { relays, accepted } = relay(9, { started: 3, ended: 1 }, 20);
    expect(accepted).toBeCloseTo(3, 6);
    expect(relays.accepting).toBeCloseTo(6, 6);
    expect(relays.closing).toBeCloseTo(2, 6);
    expect(leavingRelays(relays)).toBeCloseTo(1, 6);
  });

  it('take a moment where the process has nothing else to do', () => {
    const relays = createRelayStage(1, { ...noService, cpuSeconds: 0.4 });
    let accepted = 0;
    for (let at = 0; at < 20; at++) {
      passRelaysAtOnce(relays, 0);
      accepted = finishRelaysAtOnce(relays, 3);
    }
    expect(accepted).toBeCloseTo(3, 6);
    expect(relays.accepting).toBeCloseTo(3 * 0.2, 6);
  });
});
