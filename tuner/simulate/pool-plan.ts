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

/** Up to where pods that are taken as one are calm. */
export interface CalmLimits {
  /** Requests on the CPU of a process up to which a stretch begins, and up to which it goes on. */
  readonly mostJobs: number;
  readonly mostJobsMeanwhile: number;
  /** Ready pods that the others are worked out for. */
  readyCount: number;
  /** 1 / processes */
  perProcess: number;
  /** Requests up to which, by chance alone, practically none waits for a slot. */
  mostHeld: number;
  /**
   * Requests that may come in one second: what is more work than the processes do in it makes requests wait for each
   * other at once, not a second later.
   */
  mostArriving: number;
}

/** @param cpuSeconds of a request at full speed */
export function createCalmLimits(cpuSeconds: number): CalmLimits {
  const mostJobs = mostCalmJobs(cpuSeconds);
  return {
    mostJobs,
    mostJobsMeanwhile: calmGoesOn * mostJobs,
    readyCount: 0,
    perProcess: 0,
    mostHeld: 0,
    mostArriving: 0,
  };
}

/** Works them out anew for another number of pods. */
export function fitCalmLimits(
  limits: CalmLimits,
  of: { readonly readyCount: number; readonly processes: number; readonly cpuSeconds: number },
  mostHeld: number,
): void {
  limits.readyCount = of.readyCount;
  limits.perProcess = 1 / (of.readyCount * of.processes);
  limits.mostHeld = mostHeld;
  limits.mostArriving = 1 / (of.cpuSeconds * limits.perProcess);
}

/**
 * Requests on the CPU of a process, mean, up to which chance has little part in how they share it, for a stretch to
 * begin: fewer, the longer each is on it. It goes on up to `calmGoesOn` times as many.
 */
function mostCalmJobs(cpuSeconds: number): number {
  return Math.min(0.6, calmWorkSeconds / cpuSeconds);
}

const calmWorkSeconds = 0.09;
const calmGoesOn = 1.5;

/** So long the CPU of a calm stretch is shared as at its beginning. */
export const sharedAlikeSeconds = 5;
