import { describe, expect, it } from 'vitest';
import { cpuRatioBeforeStart } from './cpu-before-first-token.ts';
import { deriveEvidence } from './derive-evidence.ts';
import { generateRecording, type Truth } from './fixtures/generated-recording.ts';
import { overloadedWorkers, ratioOfRuns } from './fixtures/generated-runs.ts';

/** Two replicas of 500 millicores that up to 10 chats a second overload, 143 ms each. */
const overloaded = (beforeMilliseconds: number): Truth => ({
  replicas: 2,
  slots: 100,
  serviceSeconds: 1.2,
  firstTokenSeconds: 0.6,
  cpuMillisecondsPerRequest: 143,
  idleMillicores: 12,
  limitMillicores: 500,
  stepSeconds: 40,
  rates: [0.8, 1, 2, 7, 10, 1, 8, 1],
  shared: {
    beforeMilliseconds,
    afterMilliseconds: 143 - beforeMilliseconds,
    silenceSeconds: 0.5,
    answerSeconds: 0.5,
  },
});

const ratioOf = async (truth: Truth, seed: number) =>
  deriveEvidence(await generateRecording(truth, seed)).components.api?.cpuRatioBeforeFirstToken?.chat;

describe('cpuRatioBeforeFirstToken of runs on workers that CPU binds', () => {
  it.each([
    { name: 'a quarter', beforeStart: 20, before: 80, seed: 2 },
    { name: 'half', beforeStart: 40, before: 80, seed: 3 },
  ])(
    'holds the truth where $name of it comes before the run has started',
    ({ beforeStart, before, seed }) => {
      const ratio = ratioOfRuns(overloadedWorkers(beforeStart, before), seed);
      expect(ratio.isAssumed).toBe(false);
      expect(ratio.low).toBeLessThan(before / 161);
      expect(ratio.high).toBeGreaterThan(before / 161);
    },
  );
});

describe('cpuRatioBeforeFirstToken', () => {
  it.each([
    { name: 'a third', before: 50, seed: 1 },
    { name: 'three fifths', before: 85, seed: 2 },
    { name: 'two thirds', before: 95, seed: 3 },
  ])('finds $name from how much longer both parts of a chat took under load', async ({ before, seed }) => {
    const ratio = await ratioOf(overloaded(before), seed);
    const truth = before / 143;
    expect(ratio?.isAssumed).toBe(false);
    expect(ratio?.low).toBeLessThan(truth);
    expect(ratio?.high).toBeGreaterThan(truth);
    // In the middle of what up to a fifth of CPU after the last event would make of it; here there is none.
    expect(ratio?.value).toBeGreaterThan(0.85 * truth);
    expect(ratio?.value).toBeLessThan(0.97 * truth);
  });

  it('finds the same cost and idle CPU whatever the share is', async () => {
    for (const before of [50, 95]) {
      const api = deriveEvidence(await generateRecording(overloaded(before), 4)).components.api;
      expect(api?.cpuMillisecondsPerRequest.chat?.low).toBeLessThan(143);
      expect(api?.cpuMillisecondsPerRequest.chat?.high).toBeGreaterThan(143);
      expect(api?.cpuMillisecondsPerRequest.chat?.value).toBeGreaterThan(138);
      expect(api?.cpuMillisecondsPerRequest.chat?.value).toBeLessThan(148);
    }
  });

  it('assumes it where requests waited for slots: that grows before the first token alone', async () => {
    const { shared: _, ...template } = overloaded(85);
    const slots = { ...template, slots: 4, limitMillicores: 2000, cpuMillisecondsPerRequest: 60 };
    expect(await ratioOf(slots, 5)).toMatchObject({
      isAssumed: true,
      value: 0.6,
      low: 0.4,
      high: 0.7,
      sampleCount: 0,
    });
  });

  it('says of what a run spends before it has started only between what it lies', () => {
    const before = {
      value: 0.5,
      low: 0.3,
      high: 0.7,
      confidenceLevel: 0.95,
      method: '',
      sampleCount: 30,
      isAssumed: false,
    };
    expect(cpuRatioBeforeStart(before)).toMatchObject({ value: 0.125, low: 0, high: 0.35, isAssumed: true });
  });

  it('assumes it where nothing waited', async () => {
    expect(await ratioOf({ ...overloaded(85), rates: [0.8, 1, 1, 1] }, 6)).toMatchObject({ isAssumed: true });
  });

  it('assumes it where the share found is one that no Dify is known to have', async () => {
    // 5 % before the first token.
    expect(await ratioOf(overloaded(7), 7)).toMatchObject({ isAssumed: true, value: 0.6 });
  });
});
