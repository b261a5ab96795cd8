/**
 * What chance does to requests that share the CPU of a process, split into what the second-by-second model follows
 * itself (the luck of a second's arrivals) and what happens within a second.
 *
 * A number of requests around n returns to its mean within about cpuSeconds · (n + 1)² (processor sharing at load
 * n / (n + 1)). The longer that is against a second, the more of its course is followed. The constants are fitted
 * to the per-request reference at one shape of request (150 ms of CPU, 30 to 90 % load); the other shapes in its
 * test were not looked at for that.
 */
function secondsOfMemory(jobs: number, cpuSeconds: number): number {
  return cpuSeconds * (jobs + 1) ** 2;
}

/** Half of the variance is followed where a number of requests is remembered for so long. */
const halfFollowedSeconds = 2.5;
/** Squared variation of a request's wait for CPU around its mean where nothing is followed: 1 is an exponential. */
const squaredVariation = 1.4;

/**
 * Coefficient of variation of a wait for CPU around what the second-by-second model makes of it.
 *
 * @param jobs requests on the process, mean
 * @param cpuSeconds of one request at full speed
 * @param processes of the pod: which of them a request meets is left to chance as well
 * @returns 0 to 1.2
 */
export function variationOfCpuWait(jobs: number, cpuSeconds: number, processes: number): number {
  const ofProcess = squaredVariation / (1 + secondsOfMemory(jobs, cpuSeconds) / halfFollowedSeconds);
  return Math.sqrt(1 - (1 - ofProcess) / processes);
}

/** Where nothing is followed, as of pods that are taken together. */
export const variationOfUnknownCpuWait = Math.sqrt(squaredVariation);

/** How fast the further request of {@link furtherRequest} becomes less. */
const lessPerSecondOfMemory = 0.03;

/**
 * Requests that a request shares its process with beside the mean number of others: one, itself, as for arrivals at
 * random. Less, where what chance does to the number of others is followed and so is in the number already.
 *
 * @param knownRatio how much of that chance belongs to this process, 0–1
 */
export function furtherRequest(jobs: number, cpuSeconds: number, knownRatio: number): number {
  return 1 / (1 + lessPerSecondOfMemory * knownRatio * secondsOfMemory(jobs, cpuSeconds));
}
