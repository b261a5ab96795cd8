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

export function createPoolPlan(): PoolPlan {
  return { seconds: 0, beginning: 0, answering: 0, ending: 0, cpuJobs: 0, came: 0, ended: 0, work: 0 };
}

/**
 * Requests on the CPU of a process, mean, up to which chance has little part in how they share it: for a stretch to
 * begin, and for it to go on.
 */
export const calmCpuJobs = { begin: 0.6, goOn: 0.9 } as const;

/** So long the CPU of a calm stretch is shared as at its beginning. */
export const sharedAlikeSeconds = 5;
