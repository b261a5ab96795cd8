import { describe, expect, it } from 'vitest';
import type { Estimate } from '../contracts/estimate.ts';
import type { ComponentEvidence } from '../contracts/evidence.ts';
import { deriveEvidence } from './derive-evidence.ts';
import { generateRecording, type Truth } from './fixtures/generated-recording.ts';
import { overloadedWorkers, ratioOfRuns } from './fixtures/generated-runs.ts';

/** Steps of 10 s: how many of them, and the rate in each. */
const steps = (...parts: readonly (readonly [count: number, rate: number])[]) =>
  parts.flatMap(([count, rate]) => new Array<number>(count).fill(rate));
const none = 1e-4;
const together = [
  [4, 1],
  [4, 2],
  [4, 3.5],
  [4, 5],
  [3, 1],
  [3, 7],
  [4, 1],
] as const;

/** The quick profile: 30 s of each class alone, in which some 24 requests come, then both at equal rates. */
const twoClasses: Truth = {
  replicas: 2,
  slots: 200,
  serviceSeconds: 1.2,
  firstTokenSeconds: 0.6,
  cpuMillisecondsPerRequest: 143,
  idleMillicores: 12,
  limitMillicores: 2000,
  stepSeconds: 10,
  rates: steps([3, 0.8], [3, none], ...together),
  runs: { rates: steps([3, none], [3, 0.8], ...together), cpuMillisecondsPerRun: 40 },
};
const overloaded: Truth = {
  ...twoClasses,
  replicas: 1,
  limitMillicores: 500,
  stepSeconds: 40,
  rates: [0.8, 1, 2, 3.2, 4, 1, 4, 1],
  shared: { beforeMilliseconds: 85, afterMilliseconds: 58, silenceSeconds: 0.5, answerSeconds: 0.5 },
};
const { runs: _, ...oneClassOverloaded } = overloaded;

const recordings = 200;

/** In how many recordings of the same truth the interval holds it. */
async function hits(
  truth: Truth,
  wanted: readonly {
    readonly of: (api: ComponentEvidence) => Estimate | undefined | null;
    readonly value: number;
  }[],
): Promise<number[]> {
  const counts = wanted.map(() => 0);
  for (let seed = 1; seed <= recordings; seed++) {
    const { api } = deriveEvidence(await generateRecording(truth, seed)).components;
    if (api === undefined) continue;
    for (const [index, { of, value }] of wanted.entries()) {
      const found = of(api);
      if (found && found.low <= value && value <= found.high) counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  return counts;
}

/** Of 200 at 95 % each, 190 ± 3 are expected; 180 are three standard deviations below. */
const fewest = 180;

describe('intervals of 95 % hold the truth in about so many of 200 recordings', () => {
  it('what each class costs, told apart by two stretches of some 24 requests', async () => {
    const [chat = 0, run = 0, idle = 0] = await hits(twoClasses, [
      { of: (api) => api.cpuMillisecondsPerRequest.chat, value: 143 },
      { of: (api) => api.cpuMillisecondsPerRequest.workflow, value: 40 },
      { of: (api) => api.idleMillicores, value: 12 },
    ]);
    expect(chat).toBeGreaterThanOrEqual(fewest);
    expect(run).toBeGreaterThanOrEqual(fewest);
    expect(idle).toBeGreaterThanOrEqual(fewest);
  });

  it('what a class costs and when, in an overload in which requests take many times as long', async () => {
    const [cost = 0, ratio = 0] = await hits(oneClassOverloaded, [
      { of: (api) => api.cpuMillisecondsPerRequest.chat, value: 143 },
      { of: (api) => api.cpuRatioBeforeFirstToken?.chat, value: 85 / 143 },
    ]);
    expect(cost).toBeGreaterThanOrEqual(fewest);
    expect(ratio).toBeGreaterThanOrEqual(fewest);
  });

  it.each([
    { beforeStart: 0, before: 60 },
    { beforeStart: 20, before: 80 },
    { beforeStart: 40, before: 80 },
  ])(
    'when a run spends its CPU, $beforeStart of $before ms before it has started',
    ({ beforeStart, before }) => {
      const truth = overloadedWorkers(beforeStart, before);
      let held = 0;
      for (let seed = 1; seed <= recordings; seed++) {
        const { isAssumed, low, high } = ratioOfRuns(truth, seed);
        if (!isAssumed && low <= before / 161 && before / 161 <= high) held++;
      }
      // The interval allows for all that is not seen as well, so more than 95 % are right.
      expect(held).toBeGreaterThanOrEqual(fewest);
    },
  );
});
