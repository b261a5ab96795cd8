import { describe, expect, it } from 'vitest';
import { loadPlanSchema } from '../../tuner/contracts/load-plan.ts';
import { planFromEnvironment, type StandAlone } from './plan-from-environment.ts';
import { constantShape } from './shapes.ts';

const script: StandAlone = {
  classes: ['chat', 'workflow', 'indexing'],
  defaultRate: 1,
  defaultSeconds: 600,
  shape: ({ rate, seconds }) => constantShape(rate, seconds),
};
const given = { TUNE_BASE_URL: 'http://127.0.0.1:1/v1', TUNE_KEY_CHAT: 'a', TUNE_KEY_WORKFLOW: 'b' };

describe('planFromEnvironment', () => {
  it('shares the rate equally among the classes whose keys are set', () => {
    const plan = planFromEnvironment({ ...given, TUNE_RATE: '6', TUNE_DURATION: '2m' }, script);
    expect(loadPlanSchema.parse(plan)).toEqual(plan);
    expect(
      plan.scenarios.map(({ name, startArrivalsPerSecond, stages }) => ({
        name,
        startArrivalsPerSecond,
        stages,
      })),
    ).toEqual([
      { name: 'chat', startArrivalsPerSecond: 3, stages: [{ durationSeconds: 120, arrivalsPerSecond: 3 }] },
      {
        name: 'workflow',
        startArrivalsPerSecond: 3,
        stages: [{ durationSeconds: 120, arrivalsPerSecond: 3 }],
      },
    ]);
  });

  it('takes weights, conversations and a knowledge base', () => {
    const plan = planFromEnvironment(
      {
        ...given,
        TUNE_MIX: 'chat=3, indexing=1',
        TUNE_TURNS: '4',
        TUNE_THINK_TIME: '5s',
        TUNE_DATASET_ID: 'd',
      },
      script,
    );
    expect(plan.scenarios).toMatchObject([
      { name: 'chat', startArrivalsPerSecond: 0.75, turns: 4, thinkSeconds: 5 },
      {
        name: 'indexing',
        startArrivalsPerSecond: 0.25,
        responseMode: 'blocking',
        indexing: { datasetId: 'd' },
      },
    ]);
  });

  it('spaces arrivals at random unless it is told otherwise', () => {
    const spacingOf = (more: object) =>
      planFromEnvironment({ ...given, ...more }, script).scenarios.map((each) => each.arrivalSpacing);
    expect(spacingOf({})).toEqual(['random', 'random']);
    expect(spacingOf({ TUNE_ARRIVAL_SPACING: 'even' })).toEqual(['even', 'even']);
  });

  it.each([
    { wrong: { TUNE_BASE_URL: '' }, says: 'neither TUNE_LOAD_PLAN' },
    { wrong: { TUNE_KEY_CHAT: '', TUNE_KEY_WORKFLOW: '' }, says: 'TUNE_KEY_CHAT or TUNE_KEY_WORKFLOW' },
    { wrong: { TUNE_MIX: 'chats=1' }, says: 'TUNE_MIX: "chats=1"' },
    { wrong: { TUNE_RATE: 'many' }, says: 'TUNE_RATE: "many"' },
    { wrong: { TUNE_DURATION: '10' }, says: 'TUNE_DURATION: "10"' },
    { wrong: { TUNE_INPUTS: '{"n": 1}' }, says: 'TUNE_INPUTS' },
    { wrong: { TUNE_RESPONSE_MODE: 'later' }, says: 'TUNE_RESPONSE_MODE: "later"' },
    { wrong: { TUNE_ARRIVAL_SPACING: 'poisson' }, says: 'TUNE_ARRIVAL_SPACING: "poisson"' },
    { wrong: { TUNE_MIX: 'indexing=1' }, says: 'TUNE_DATASET_ID' },
  ])('names $says where it cannot be read', ({ wrong, says }) => {
    expect(() => planFromEnvironment({ ...given, ...wrong }, script)).toThrow(says);
  });
});
