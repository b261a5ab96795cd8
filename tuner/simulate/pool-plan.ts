/** A calm stretch of seconds that was worked out and has not happened yet: requests at its end, and what it took. */
export interface PoolPlan {
  seconds: number;
  beginning: number;
  answering: number;
  ending: number;
  cpuJobs: number;
  came: number;
  ended: number;
  /** CPU seconds. */
  work: number;
}

/** Requests at the end of the stretch. */
export function planRequests(plan: PoolPlan, beginning: number, answering: number, ending: number): void {
  plan.beginning = beginning;
  plan.answering = answering;
  plan.ending = ending;
}

export function createPoolPlan(): PoolPlan {
  return { seconds: 0, beginning: 0, answering: 0, ending: 0, cpuJobs: 0, came: 0, ended: 0, work: 0 };
}

/**
 * Requests on the CPU of a process, mean, up to which chance has little part in how they share it, for a stretch to
 * begin: fewer, the longer each is on it. It goes on up to `calmGoesOn` times as many.
 */
export function mostCalmJobs(cpuSeconds: number): number {
  return Math.min(0.6, calmWorkSeconds / cpuSeconds);
}

const calmWorkSeconds = 0.09;
export const calmGoesOn = 1.5;

/** So long the CPU of a calm stretch is shared as at its beginning. */
export const sharedAlikeSeconds = 5;

/**
 * Requests that may come in one second of a calm stretch: what is more work than the processes do in it makes
 * requests wait for each other at once, not a second later.
 *
 * @param perProcess 1 / processes
 */
export function mostWithinSecond(cpuSeconds: number, perProcess: number): number {
  return 1 / (cpuSeconds * perProcess);
}
