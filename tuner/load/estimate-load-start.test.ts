import { describe, expect, it } from 'vitest';
import { randomArrivalSeconds } from '../../scenarios/lib/random-arrivals.ts';
import { targetSchema } from '../contracts/config.ts';
import { profileSchema } from '../contracts/profile.ts';
import { estimateStartDelaySeconds } from './estimate-load-start.ts';
import { makeLoadPlan } from './make-load-plan.ts';

const target = targetSchema.parse({
  namespace: 'dify',
  release: 'my-dify',
  url: 'http://127.0.0.1:9',
  apps: { chat: { key: { env: 'A' } }, workflow: { key: { env: 'B' } } },
});
const plan = (mix: object, start: number, stages: object[]) =>
  makeLoadPlan(
    profileSchema.parse({ mix, startArrivalsPerSecond: start, stages, arrivalSpacing: 'even' }),
    target,
  );
const steady = plan({ chat: 1 }, 4, [{ duration: '60s', arrivalsPerSecond: 4 }]);

/** Arrivals of a steady rate by second: k6 sends arrival n at (n + 1) / rate after its start. */
function startsOf(rate: number, delaySeconds: number, seconds: number): number[] {
  const starts = Array.from({ length: seconds }, () => 0);
  for (let n = 0; ; n++) {
    const second = Math.floor(delaySeconds + (n + 1) / rate);
    if (second >= seconds) return starts;
    starts[second] = (starts[second] ?? 0) + 1;
  }
}

describe('estimateStartDelaySeconds', () => {
  it.each([0, 0.6, 1.3, 7.9, 21.4])(
    'finds a delay of %d s to a quarter of the distance of two arrivals',
    (delay) => {
      const found = estimateStartDelaySeconds(steady, startsOf(4, delay, 30));
      expect(Math.abs((found ?? Number.NaN) - delay)).toBeLessThan(0.25);
    },
  );

  it('agrees with a recorded run', () => {
    // The first seconds of a run at 1.5 chats and 1.5 workflows a second, k6 v2.2.0, 2026-11-22: both classes' first
    // arrival, due at 0.67 s, came in second 1 together with the second, due at 1.33 s, so the delay lay in 0.33–0.67.
    const two = plan({ chat: 1, workflow: 1 }, 3, [{ duration: '60s', arrivalsPerSecond: 3 }]);
    const found = estimateStartDelaySeconds(two, [0, 4, 2, 4, 2, 4, 2, 4, 2, 4, 2, 4, 2]);
    expect(found).toBeGreaterThanOrEqual(0.33);
    expect(found).toBeLessThanOrEqual(0.67);
  });

  it('follows a ramp from nothing, where the first arrival comes late by plan', () => {
    const ramp = plan({ chat: 1 }, 0, [{ duration: '50s', arrivalsPerSecond: 10 }]);
    // Area t²/10: arrival n is due at √(10 (n + 1)) s; 1.0 s of delay on top.
    const starts = Array.from({ length: 30 }, () => 0);
    for (let n = 0; n < 100; n++) {
      const second = Math.floor(1 + Math.sqrt(10 * (n + 1)));
      if (second < 30) starts[second] = (starts[second] ?? 0) + 1;
    }
    expect(Math.abs((estimateStartDelaySeconds(ramp, starts) ?? Number.NaN) - 1)).toBeLessThan(0.25);
  });

  it.each([0, 0.6, 7.9])('finds a delay of %d s by the bursts and pauses that were drawn', (delay) => {
    const profile = {
      mix: { chat: 1, workflow: 1 },
      shape: { constant: { arrivalsPerSecond: 4, duration: '60s' } },
    };
    const random = makeLoadPlan(profileSchema.parse(profile), target);
    const starts = Array.from({ length: 30 }, () => 0);
    for (const scenario of random.scenarios) {
      for (const due of randomArrivalSeconds(scenario, random.seed, 29 - delay)) {
        const second = Math.floor(delay + due);
        starts[second] = (starts[second] ?? 0) + 1;
      }
    }
    expect(Math.abs((estimateStartDelaySeconds(random, starts) ?? Number.NaN) - delay)).toBeLessThan(0.1);
  });

  it('knows nothing without an arrival', () => {
    expect(estimateStartDelaySeconds(steady, [0, 0, 0])).toBeNull();
    expect(estimateStartDelaySeconds(steady, [])).toBeNull();
  });
});
