/**
 * Requests that share the CPU of a process: each takes 1 + n times its CPU while n others are on it or wait for it.
 *
 * In a steady state that is processor sharing exactly: n = load · (1 + n), so n = load / (1 - load), whatever the
 * spread of the CPU times (M/G/1-PS). One implicit Euler step per second; good as long as the process is calm.
 *
 * @param present requests on this stage, those that came in this second included
 * @param cpuSeconds of one request on this stage, at full speed
 * @param jobs requests of all stages on the CPU of one process, a second ago
 * @returns how many of those present get through within the second
 */
export function throughCpu(present: number, cpuSeconds: number, jobs: number): number {
  return present / (1 + cpuSeconds * (1 + jobs));
}

/** Of requests that hold a slot for an exponential time, the share that still does a second later. */
export function survivingSecond(seconds: number): number {
  return Math.exp(-1 / seconds);
}

/** The same for those that come evenly over the second. */
export function newSurvivingSecond(seconds: number): number {
  return seconds * (1 - survivingSecond(seconds));
}
