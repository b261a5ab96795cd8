/**
 * What chance does to requests that share the CPU of a process, split into what the second-by-second model follows
 * itself (the luck of a second's arrivals) and what happens within a second.
 *
 * The less a request's time on the CPU, cpuSeconds · (n + 1), is over within a second, the more is followed. The
 * three constants are fitted to the per-request reference with requests of 50, 150 and 400 ms of CPU at 60 to 93 %
 * load, whose p95 is met within about 5 %.
 */
function secondsOnCpu(jobs: number, cpuSeconds: number): number {
  return cpuSeconds * (jobs + 1);
}

/** Half of the variance is followed of requests that are on the CPU for so long. */
const halfFollowedSeconds = 0.12;
/** Squared variation of a request's wait for CPU around its mean where nothing is followed: 1 is an exponential. */
const squaredVariation = 2.2;

/**
 * Coefficient of variation of a wait for CPU around what the second-by-second model makes of it.
 *
 * @param jobs requests on the process, mean
 * @param cpuSeconds of one request at full speed
 * @param processes of the pod: which of them a request meets is left to chance as well
 * @returns 0 to 1.5
 */
export function variationOfCpuWait(jobs: number, cpuSeconds: number, processes: number): number {
  const ofProcess = squaredVariation / (1 + secondsOnCpu(jobs, cpuSeconds) / halfFollowedSeconds);
  return Math.sqrt(squaredVariation - (squaredVariation - ofProcess) / processes);
}

/** Where nothing is followed, as of pods that are taken together; fitted at 30 to 60 % load. */
export const variationOfUnknownCpuWait = Math.sqrt(1.4);

/** How fast the further request of {@link furtherRequest} becomes less: per second of work on the process. */
const lessPerSecondOfWork = 2.9;

/**
 * Requests that a request shares its process with beside the mean number of others: one, itself, as for arrivals at
 * random. Less, where what chance does to the number of others is followed and so is in the number already.
 *
 * It keeps the mean number of requests at load ρ within 10 % of ρ / (1 - ρ), which is exact for processor sharing.
 *
 * @param knownRatio how much of that chance belongs to this process, 0–1
 */
export function furtherRequest(jobs: number, cpuSeconds: number, knownRatio: number): number {
  return 1 / (1 + lessPerSecondOfWork * knownRatio * cpuSeconds * jobs);
}
