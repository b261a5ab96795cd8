import type { Profile } from '../contracts/config.ts';

const chatOnly = { chat: 1, workflow: 0 };
const workflowOnly = { chat: 0, workflow: 1 };

/** Holds `arrivalsPerSecond` after jumping there. */
function hold(arrivalsPerSecond: number, duration: number, mix?: Profile['mix']): Profile['stages'] {
  const withMix = mix === undefined ? {} : { mix };
  return [
    { duration: 0, arrivalsPerSecond, ...withMix },
    { duration, arrivalsPerSecond, ...withMix },
  ];
}

/**
 * One class alone, then the other, then both in steps, a spike and the way down: the single classes tell their
 * costs apart, the steps find the knee, the spike shows how late capacity comes, the end shows scaling in.
 */
function stepsAndSpike(steps: readonly number[], stepSeconds: number, spike: number, tailSeconds: number) {
  const first = steps[0] ?? 1;
  return [
    ...hold(first, stepSeconds, chatOnly),
    ...hold(first, stepSeconds, workflowOnly),
    ...steps.flatMap((rate) => hold(rate, stepSeconds)),
    ...hold(first, stepSeconds),
    ...hold(spike, stepSeconds),
    ...hold(first, tailSeconds),
  ];
}

const common = {
  mix: { chat: 0.5, workflow: 0.5 },
  responseMode: 'streaming',
  promptTokens: 40,
  requestTimeout: 120,
  lead: 5,
  tail: 20,
  seed: 1,
} as const;

/** Profiles that every config has; one of the same name in tune.yaml takes their place. */
export const builtInProfiles: Record<'quick' | 'standard' | 'thorough', Profile> = {
  quick: { ...common, startArrivalsPerSecond: 2, stages: stepsAndSpike([2, 4, 7, 10], 35, 14, 45) },
  standard: {
    ...common,
    startArrivalsPerSecond: 2,
    stages: stepsAndSpike([2, 4, 6, 9, 12, 15], 120, 20, 420),
  },
  thorough: {
    ...common,
    startArrivalsPerSecond: 2,
    stages: stepsAndSpike([2, 4, 6, 8, 10, 12, 15, 18], 300, 24, 900),
    requestTimeout: 180,
  },
};
