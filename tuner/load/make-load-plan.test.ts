import { describe, expect, it } from 'vitest';
import { capsSchema, type Target, targetSchema } from '../contracts/config.ts';
import { loadPlanSchema } from '../contracts/load-plan.ts';
import { profileSchema } from '../contracts/profile.ts';
import { checkCaps } from './check-caps.ts';
import { plannedMarks, plannedSeconds } from './load-marks.ts';
import { makeLoadPlan } from './make-load-plan.ts';
import { sizeVus } from './size-vus.ts';

function target(apps: object = { chat: { key: { env: 'A' } }, workflow: { key: { env: 'B' } } }): Target {
  return targetSchema.parse({ namespace: 'dify', release: 'my-dify', url: 'http://127.0.0.1:5001/', apps });
}
const profile = (fields: object = {}) =>
  profileSchema.parse({
    mix: { chat: 3, workflow: 1 },
    startArrivalsPerSecond: 4,
    stages: [
      { duration: '30s', arrivalsPerSecond: 4 },
      { duration: '0s', arrivalsPerSecond: 8, mix: { workflow: 1 } },
      { duration: '20s', arrivalsPerSecond: 8, mix: { workflow: 1 } },
      { duration: '10s', arrivalsPerSecond: 0 },
    ],
    ...fields,
  });

describe('makeLoadPlan', () => {
  const plan = makeLoadPlan(profile(), target(), { seed: 7 });

  it('is a plan as k6 reads it', () => {
    expect(loadPlanSchema.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ seed: 7, baseUrl: 'http://127.0.0.1:5001/v1' });
  });

  it('splits every stage by its own mix, so that the sum stays what the profile says', () => {
    const rates = plan.scenarios.map(({ stages }) => stages.map((stage) => stage.arrivalsPerSecond));
    expect(plan.scenarios.map(({ name }) => name)).toEqual(['chat', 'workflow']);
    expect(plan.scenarios.map((scenario) => scenario.startArrivalsPerSecond)).toEqual([3, 1]);
    expect(rates).toEqual([
      [3, 0, 0, 0],
      [1, 8, 8, 0],
    ]);
  });

  it('has arrivals come at random unless the profile wants them even', () => {
    const spacings = (fields: object) =>
      makeLoadPlan(profile(fields), target()).scenarios.map(({ arrivalSpacing }) => arrivalSpacing);
    expect(spacings({})).toEqual(['random', 'random']);
    expect(spacings({ arrivalSpacing: 'even' })).toEqual(['even', 'even']);
  });

  it('leaves out a class without a share, whose app it then does not need', () => {
    const chat = profileSchema.parse({ ...input, mix: { chat: 1 } });
    const plan = makeLoadPlan(chat, target({ chat: { key: { env: 'A' } } }));
    expect(plan.scenarios.map(({ name }) => name)).toEqual(['chat']);
  });
  const input = { startArrivalsPerSecond: 1, stages: [{ duration: '10s', arrivalsPerSecond: 1 }] };

  it('wants an app for each class with a share', () => {
    expect(() => makeLoadPlan(profile(), target({}))).toThrow('chat and workflow traffic');
    const zero = profileSchema.parse({
      mix: { chat: 1 },
      startArrivalsPerSecond: 0,
      stages: [{ duration: '10s', arrivalsPerSecond: 0 }],
    });
    expect(() => makeLoadPlan(zero, target())).toThrow('makes no load');
  });

  it('marks the stages at the moments and rates of the profile', () => {
    expect(plannedMarks(plan)).toEqual([
      { atSeconds: 0, mark: 'started', arrivalsPerSecond: 4 },
      { atSeconds: 30, mark: 'stage', arrivalsPerSecond: 8 },
      { atSeconds: 50, mark: 'stage', arrivalsPerSecond: 8 },
    ]);
    expect(plannedSeconds(plan)).toBe(60);
  });
});

describe('makeLoadPlan with options of its classes', () => {
  const apps = {
    chat: { key: { env: 'A' }, promptSuffix: '[[n={answerTokens}]]' },
    workflow: { key: { env: 'B' }, inputs: { question: '{prompt}', city: '{city}' } },
    indexing: { key: { env: 'C' }, datasetId: 'd1a7f4c0-5a3e-4c5e-9f37-3a4c1f0a7b01' },
  };
  const shaped = (fields: object) =>
    profileSchema.parse({
      mix: { chat: 1 },
      shape: { steps: { arrivalsPerSecond: [2, 4], stepDuration: '30s' } },
      ...fields,
    });
  const files = { trace: null, columns: { workflow: ['city'] } };

  it('says what users of each class do, and nothing of what is left out', () => {
    const plan = makeLoadPlan(
      shaped({
        mix: { chat: 1, workflow: 1, indexing: 2 },
        answerTokens: 80,
        chat: { turns: 3, thinkTime: '8s', stop: { share: 0.1, by: 'stopCall' } },
        workflow: { responseMode: 'blocking', stop: { share: 0 } },
        indexing: { promptTokens: 400, pollEvery: '500ms' },
      }),
      target(apps),
      { files, run: 'r-1' },
    );
    expect(loadPlanSchema.parse(plan)).toEqual(plan);
    const [chat, workflow, indexing] = plan.scenarios;
    expect(plan.run).toBe('r-1');
    expect(chat).toMatchObject({
      responseMode: 'streaming',
      startArrivalsPerSecond: 0.5,
      turns: 3,
      thinkSeconds: 8,
      stop: { share: 0.1, afterTokens: 20, by: 'stopCall' },
      answerTokens: 80,
    });
    expect(workflow).toMatchObject({ responseMode: 'blocking', promptTokens: 40 });
    expect(workflow).not.toHaveProperty('stop');
    expect(indexing).toMatchObject({
      responseMode: 'blocking',
      startArrivalsPerSecond: 1,
      promptTokens: 400,
      indexing: {
        datasetId: apps.indexing.datasetId,
        indexingTechnique: 'economy',
        pollSeconds: 0.5,
        timeoutSeconds: 300,
      },
    });
  });

  it('has VUs for all messages of conversations and the time between them', () => {
    const vus = (chat: object) =>
      makeLoadPlan(shaped({ chat, arrivalSpacing: 'even' }), target(apps), { files }).scenarios[0]?.maxVUs;
    // By hand: 4/s × (120 + 5) s; 4/s × (3 × 120 + 2 × 8 × 1.5 + 5) s.
    expect(vus({})).toBe(500);
    expect(vus({ turns: 3, thinkTime: '8s' })).toBe(1556);
  });

  it('names placeholders that nothing stands for', () => {
    const given = shaped({ mix: { workflow: 1 } });
    expect(() => makeLoadPlan(given, target(apps), { files: { trace: null, columns: {} } })).toThrow(
      '`apps.workflow` of the target uses {city}, and nothing stands for it',
    );
    expect(() => makeLoadPlan(given, target(apps), { files })).not.toThrow();
  });

  it('wants a knowledge base for documents', () => {
    expect(() => makeLoadPlan(shaped({ mix: { indexing: 1 } }), target(), { files })).toThrow(
      expect.objectContaining({ code: 'NO_APP', next: expect.stringContaining('apps.indexing.datasetId') }),
    );
  });

  it('replays a trace: each arrival with its sizes, and their mean rate as stages', () => {
    const trace = Array.from({ length: 100 }, (_, index) => ({
      atSeconds: index / 2,
      promptTokens: index,
      answerTokens: 2 * index,
    }));
    const given = shaped({ shape: { replay: { traceFile: 't.csv', speedup: 2 } } });
    const plan = makeLoadPlan(given, target(apps), { files: { trace, columns: {} } });
    expect(loadPlanSchema.parse(plan)).toEqual(plan);
    expect(plan.scenarios[0]?.arrivals?.slice(0, 3)).toEqual(['0.0000,0,0', '0.2500,1,2', '0.5000,2,4']);
    expect(plan.scenarios[0]?.arrivals).toHaveLength(100);
    expect(plannedSeconds(plan)).toBeCloseTo(24.75, 6);
    expect(plannedMarks(plan).map(({ arrivalsPerSecond }) => Math.round(arrivalsPerSecond ?? 0))).toEqual([
      4, 4,
    ]);
  });
});

describe('checkCaps', () => {
  it('names every cap that is passed, before anything is sent', () => {
    const caps = capsSchema.parse({ maxArrivalsPerSecond: 5, maxDuration: '30s' });
    expect(() => checkCaps(makeLoadPlan(profile(), target()), caps)).toThrow(
      'the profile asks for more load than is allowed: 8 arrivals/s are above caps.maxArrivalsPerSecond (5); 60 s of load are above caps.maxDuration (30 s)',
    );
    expect(() => checkCaps(makeLoadPlan(profile(), target()), capsSchema.parse({}))).not.toThrow();
  });
});

describe('sizeVus', () => {
  // Little's law by hand: 10/s × 4 s × headroom 1.3 = 52 as usual, 10/s × (120 + 5) s = 1,250 at worst.
  it.each([
    {
      given: { peakArrivalsPerSecond: 10, requestTimeoutSeconds: 120, expectedSeconds: 4 },
      pre: 52,
      max: 1250,
    },
    {
      given: { peakArrivalsPerSecond: 0.1, requestTimeoutSeconds: 60, expectedSeconds: 4 },
      pre: 10,
      max: 10,
    },
    // No request lasts longer than its timeout: 10/s × 2 s × 1.3.
    { given: { peakArrivalsPerSecond: 10, requestTimeoutSeconds: 2, expectedSeconds: 8 }, pre: 26, max: 70 },
    {
      given: { peakArrivalsPerSecond: 200, requestTimeoutSeconds: 40, expectedSeconds: 8 },
      pre: 2080,
      max: 9000,
    },
    {
      given: { peakArrivalsPerSecond: 500, requestTimeoutSeconds: 120, expectedSeconds: 8 },
      pre: 5200,
      max: 10_000,
    },
  ])('$given', ({ given, pre, max }) => {
    expect(sizeVus({ name: 'chat', ...given })).toEqual({ preAllocatedVUs: pre, maxVUs: max });
  });

  // In the mean 40 under way, 40 + 3 √40 = 58.97; 1,250 at worst, 1,250 + 3 √1,250 = 1,356.07.
  it('leaves room for the bursts of random arrivals', () => {
    const given = { peakArrivalsPerSecond: 10, requestTimeoutSeconds: 120, expectedSeconds: 4 };
    expect(sizeVus({ name: 'chat', arrivalSpacing: 'random', ...given })).toEqual({
      preAllocatedVUs: 59,
      maxVUs: 1357,
    });
  });
});
