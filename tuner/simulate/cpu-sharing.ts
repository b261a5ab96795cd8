/** One process and the requests in service on it. */
export interface CpuService {
  /** Seconds that a request in service waits for others. */
  delay: number;
  /** Seconds of CPU that it needs at full speed. */
  cpu: number;
  /** Share of the process that other work takes, 0 to 1, exclusive. */
  otherLoad: number;
  /** Share of its peers that a request meets: (n - 1) / n where n requests stay n. */
  seenRatio: number;
}

/**
 * Requests that compete for the CPU of one process, where each in service alternates between CPU and waiting for
 * others (the language model, the database).
 *
 * With `held` requests in service the process is a closed queueing network of one processor-sharing station and
 * one delay: mean-value analysis after Schweitzer, one Newton step per second from the last second's answer.
 * Its error against a per-request simulation: docs/simulator.md.
 *
 * @param before last second's answer
 * @param held requests in service per process
 * @returns requests on the CPU or waiting for it, mean, ≥ 0; a request's CPU takes 1 + jobs times as long
 */
export function stepCpuJobs(before: number, held: number, service: Readonly<CpuService>): number {
  const { delay, cpu, otherLoad, seenRatio } = service;
  const rate = 1 / (delay + cpu * (1 + before));
  const load = held * cpu * rate + otherLoad;
  const slope = 1 + held * cpu * cpu * rate * rate * (1 + seenRatio * before) - seenRatio * load;
  const error = before - load * (1 + seenRatio * before);
  // Beyond the last solution's reach Newton would jump to the far side; a fixed-point step is slow and safe.
  const next = slope > 0.05 ? before - error / slope : load * (1 + seenRatio * before);
  return next > 0 ? Math.min(next, held + otherLoad / (1 - otherLoad)) : 0;
}

/** e^-1/seconds for service times that are not much shorter than a step; Padé (2,2), off by less than 0.001 above 1 s. */
export function survivingSecond(serviceSeconds: number): number {
  const rate = 1 / serviceSeconds;
  if (rate > 2) return Math.exp(-rate);
  const square = (rate * rate) / 12;
  return (1 - rate / 2 + square) / (1 + rate / 2 + square);
}
