import { describe, expect, it } from 'vitest';
import { k6Options } from './k6-options.ts';

const scenario = {
  name: 'chat',
  kind: 'chat' as const,
  responseMode: 'streaming' as const,
  startArrivalsPerSecond: 0.25,
  stages: [
    { durationSeconds: 12.5, arrivalsPerSecond: 3.5 },
    { durationSeconds: 0, arrivalsPerSecond: 1 },
  ],
  preAllocatedVUs: 20,
  maxVUs: 10,
  gracefulStopSeconds: 30,
  requestTimeoutSeconds: 60,
  inputs: {},
  promptTokens: 40,
  promptSuffix: '',
};
const plan = { schemaVersion: 1 as const, seed: 1, baseUrl: 'http://127.0.0.1:1/v1', scenarios: [scenario] };

describe('k6Options', () => {
  it('says fractions of an arrival per second in whole numbers', () => {
    expect(k6Options(plan, 0).scenarios?.chat).toMatchObject({
      executor: 'growing-arrival-rate',
      exec: 'chat',
      timeUnit: '1000s',
      startRate: 250,
      stages: [
        { duration: '12500ms', target: 3500 },
        { duration: '0ms', target: 1000 },
      ],
      gracefulStop: '30000ms',
    });
  });

  it("takes k6's own executor where it is told that there is no other", () => {
    const { scenarios } = k6Options(plan, 0, { executor: 'ramping-arrival-rate' });
    expect(scenarios?.chat).toMatchObject({ executor: 'ramping-arrival-rate', startRate: 250 });
  });

  it("has random arrivals drawn by the plan's seed, and leaves the spacing out where it is even", () => {
    const optionsOf = (
      arrivalSpacing: 'random' | 'even',
      executor: 'growing-arrival-rate' | 'ramping-arrival-rate' = 'growing-arrival-rate',
    ) =>
      k6Options({ ...plan, seed: 7, scenarios: [{ ...scenario, arrivalSpacing }] }, 0, { executor }).scenarios
        ?.chat;
    expect(optionsOf('random')).toMatchObject({ arrivalSpacing: 'random', seed: 7 });
    expect(optionsOf('even')).not.toHaveProperty('arrivalSpacing');
    // k6's own executor refuses options that it does not know.
    expect(optionsOf('random', 'ramping-arrival-rate')).not.toHaveProperty('arrivalSpacing');
  });

  it('never has a maximum of VUs below those allocated, which k6 refuses', () => {
    expect(k6Options(plan, 0).scenarios?.chat).toMatchObject({ preAllocatedVUs: 20, maxVUs: 20 });
  });

  it('waits for the start that the plan names, and not for one that has passed', () => {
    const startAt = '2026-11-22T21:00:10.000Z';
    const at = (text: string) => k6Options({ ...plan, startAt }, Date.parse(text)).scenarios?.chat?.startTime;
    expect(at('2026-11-22T21:00:07.500Z')).toBe('2500ms');
    expect(at('2026-11-22T21:00:11.000Z')).toBe('0ms');
    expect(k6Options(plan, 0).scenarios?.chat?.startTime).toBe('0ms');
  });
});
