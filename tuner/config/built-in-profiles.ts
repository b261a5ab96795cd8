import type { Mix, Profile, ProfileStage } from '../contracts/profile.ts';

const chatOnly = { chat: 1, workflow: 0, indexing: 0 };
const workflowOnly = { chat: 0, workflow: 1, indexing: 0 };

/** Holds `arrivalsPerSecond` after jumping there. */
function hold(arrivalsPerSecond: number, duration: number, mix?: Mix): ProfileStage[] {
  const withMix = mix === undefined ? {} : { mix };
  return [
    { duration: 0, arrivalsPerSecond, ...withMix },
    { duration, arrivalsPerSecond, ...withMix },
  ];
}

interface Course {
  /** Arrivals per second of each class alone: low enough that nothing waits, so that service times show. */
  readonly alone: number;
  readonly aloneSeconds: number;
  /** Arrivals per second of both classes together, one step after another: their knee is the capacity. */
  readonly steps: readonly number[];
  readonly stepSeconds: number;
  /** Arrivals per second after a fall: how late capacity comes. */
  readonly spike: number;
  readonly spikeSeconds: number;
  /** At the first step's rate, for scaling in. */
  readonly endSeconds: number;
}

/** One class alone, then the other, then both in steps, a fall, a spike and the way down. */
function stages(course: Course): ProfileStage[] {
  const low = course.steps[0] ?? course.alone;
  return [
    ...hold(course.alone, course.aloneSeconds, chatOnly),
    ...hold(course.alone, course.aloneSeconds, workflowOnly),
    ...course.steps.flatMap((rate) => hold(rate, course.stepSeconds)),
    ...hold(low, course.spikeSeconds),
    ...hold(course.spike, course.spikeSeconds),
    ...hold(low, course.endSeconds),
  ];
}

const common = {
  mix: { chat: 0.5, workflow: 0.5, indexing: 0 },
  responseMode: 'streaming',
  promptTokens: 40,
  answerTokens: 100,
  chat: { turns: 1, thinkTime: 10 },
  workflow: {},
  indexing: { pollEvery: 1, timeout: 300 },
  requestTimeout: 120,
  lead: 5,
  tail: 20,
  arrivalSpacing: 'random',
  seed: 1,
} as const;

/** Profiles that every config has; one of the same name in tune.yaml takes their place. */
export const builtInProfiles: Record<'quick' | 'standard' | 'thorough', Profile> = {
  quick: {
    ...common,
    startArrivalsPerSecond: 0.8,
    stages: stages({
      alone: 0.8,
      aloneSeconds: 30,
      steps: [2, 4, 7, 10],
      stepSeconds: 40,
      spike: 14,
      spikeSeconds: 30,
      endSeconds: 45,
    }),
  },
  standard: {
    ...common,
    startArrivalsPerSecond: 0.8,
    stages: stages({
      alone: 0.8,
      aloneSeconds: 90,
      steps: [1, 2, 4, 6, 9, 12, 15],
      stepSeconds: 120,
      spike: 20,
      spikeSeconds: 120,
      endSeconds: 420,
    }),
  },
  thorough: {
    ...common,
    startArrivalsPerSecond: 0.8,
    requestTimeout: 180,
    stages: stages({
      alone: 0.8,
      aloneSeconds: 180,
      steps: [1, 2, 4, 6, 8, 10, 12, 15, 18],
      stepSeconds: 300,
      spike: 24,
      spikeSeconds: 300,
      endSeconds: 900,
    }),
  },
};
