/**
 * What chance does to requests that share the CPU of a process, split into what the second-by-second model follows
 * itself (the luck of a second's arrivals) and what happens within a second.
 *
 * With n others on a process the squared variation of a wait for CPU is about that of their number, 1 / load, which is
 * (1 + n) / n: the more there are, the less is chance. What is left of it beside what is followed is less for more
 * requests, and for those whose time on the CPU, cpuSeconds · (n + 1), is over a second. The constants are fitted to the
 * per-request reference with requests of 50 to 500 ms of CPU at 40 to 93 % load, each with the chance that makes its
 * p95 right.
 */
function notFollowed(jobs: number, cpuSeconds: number): number {
  const onCpu = (cpuSeconds * (jobs + 1)) / halfFollowedSeconds;
  const small = cpuSeconds / smallSeconds;
  const ofJobs = variationOfOne / (jobs * (1 + lessPerJob * jobs));
  return (ofJobs + variationOfSmall / (1 + small * small * small)) / (1 + onCpu * onCpu);
}

/** Half of what is left is followed of requests that are on the CPU for so long. */
const halfFollowedSeconds = 1.5;
const variationOfOne = 1.5;
const lessPerJob = 0.1;
/** Requests that come, wait for others and come to the CPU again within a second or so are not told apart by seconds. */
const variationOfSmall = 0.48;
const smallSeconds = 0.07;
/** Squared, of a wait around its mean where nothing is followed, in the share of what the number of others has. */
const variationOfNumber = 0.9;
/** Squared, where which of many processes a request meets is left to chance, each with a load of its own. */
const variationBetween = 2.2;
/** Squared; of fewer than half a request hardly anything waits, however unevenly. */
const mostVariation = 1.8;

function unknown(jobs: number): number {
  return Math.min(mostVariation, variationOfNumber * (1 + 1 / jobs));
}

/**
 * Coefficient of variation of a wait for CPU around what the second-by-second model makes of it.
 *
 * @param jobs requests on the process, mean
 * @param cpuSeconds of one request at full speed
 * @param processes of the pod: which of them a request meets is left to chance as well
 * @returns 0 to 1.7
 */
export function variationOfCpuWait(jobs: number, cpuSeconds: number, processes: number): number {
  const ofProcess = Math.min(unknown(jobs), notFollowed(jobs, cpuSeconds));
  return Math.sqrt(variationBetween - (variationBetween - ofProcess) / processes);
}

/** Squared, of the wait on the only process there is, while its load is worked out for seconds at once. */
const variationOfOnlyProcess = 1;

/** The same of processes that are taken together: which of them a request meets is not known. */
export function variationOfPooledCpuWait(jobs: number, processes: number): number {
  const all = unknown(jobs);
  return Math.sqrt(all - (all - variationOfOnlyProcess) / processes);
}

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
