import { ringMask, ringSeconds } from './fifo-queue.ts';

/**
 * Processor sharing in virtual time: the clock of a process runs slower the more requests share it, and a request
 * is done when the clock has moved on by its CPU seconds. Requests of one stage need about the same, so the first
 * to come is the first to be done.
 *
 * Requests are amounts that come evenly over a second, as in {@link file://./fifo-queue.ts}.
 */
export interface CpuClocks {
  /** CPU seconds that each request on the process had been given at the beginning of each second; a ring each. */
  readonly given: Float64Array;
}

/** Requests on one stage of their work, such as all that is done before the first token. */
export interface CpuStages {
  readonly entered: Float64Array;
  readonly oldest: Int32Array;
  readonly passed: Float64Array;
  /** What passOld found last, until enterStage makes it so. */
  readonly foundOldest: Int32Array;
  readonly foundPassed: Float64Array;
}

export function createCpuClocks(processes: number): CpuClocks {
  return { given: new Float64Array(processes * ringSeconds) };
}

export function createCpuStages(processes: number): CpuStages {
  return {
    entered: new Float64Array(processes * ringSeconds),
    oldest: new Int32Array(processes),
    passed: new Float64Array(processes),
    foundOldest: new Int32Array(processes),
    foundPassed: new Float64Array(processes),
  };
}

/**
 * Moves a clock on through second `at`.
 *
 * @param share CPU seconds that each request on the process gets in this second
 */
export function advanceClock({ given }: CpuClocks, process: number, at: number, share: number): void {
  const ring = process * ringSeconds;
  given[ring + ((at + 1) & ringMask)] = (given[ring + (at & ringMask)] as number) + share;
}

/**
 * Of the requests that were on the stage when second `at` began, those that are done when it ends. Nothing changes
 * by asking; enterStage lets happen what was asked last.
 *
 * @param step `share`: what the clock moves on by in this second
 * @param cpuSeconds that a request needs on this stage
 */
export function passOld(
  stages: CpuStages,
  clocks: CpuClocks,
  process: number,
  { at, share }: { readonly at: number; readonly share: number },
  cpuSeconds: number,
): number {
  const { entered, oldest, passed, foundOldest, foundPassed } = stages;
  const { given } = clocks;
  const ring = process * ringSeconds;
  const before = passed[process] as number;
  const now = given[ring + (at & ringMask)] as number;
  const target = now + share - cpuSeconds;
  let second = Math.max(oldest[process] as number, at + 2 - ringSeconds);
  let total = entered[ring + (at & ringMask)] as number;
  if (target < now) {
    while (second + 1 < at && (given[ring + ((second + 1) & ringMask)] as number) <= target) second++;
    const from = given[ring + (second & ringMask)] as number;
    const to = given[ring + ((second + 1) & ringMask)] as number;
    const enteredFrom = entered[ring + (second & ringMask)] as number;
    const enteredTo = entered[ring + ((second + 1) & ringMask)] as number;
    const reached = Math.min(1, Math.max(0, (target - from) / (to - from)));
    total = enteredFrom + reached * (enteredTo - enteredFrom);
    foundOldest[process] = second;
  } else foundOldest[process] = at;
  foundPassed[process] = Math.max(before, total);
  return total > before ? total - before : 0;
}

/** How a number of requests on a process goes evenly from one to another in a second; a request itself included. */
export interface Sharing {
  readonly from: number;
  readonly to: number;
}

/** Growth in the time of a request, of all requests, below which the clock is as good as even. */
const evenBelow = 0.05;

/**
 * Of requests that come evenly over a second, the share that is done when it ends.
 *
 * While n grows by g a second the clock runs by 1 / n: who came while there were at most n₁ · e^(-g · cpu) is done.
 */
export function passNew(share: number, { from, to }: Sharing, cpuSeconds: number): number {
  const growth = to - from;
  const change = growth * cpuSeconds;
  const done =
    change > evenBelow || change < -evenBelow
      ? (to * Math.exp(-change) - from) / growth
      : 1 - cpuSeconds / share;
  return done > 0 ? done : 0;
}

/** `count` come in second `at`, of which `passing` are done in it; to be called for every second, after passOld. */
export function enterStage(
  { entered, oldest, passed, foundOldest, foundPassed }: CpuStages,
  process: number,
  at: number,
  coming: { readonly count: number; readonly passing: number },
): void {
  const ring = process * ringSeconds;
  entered[ring + ((at + 1) & ringMask)] = (entered[ring + (at & ringMask)] as number) + coming.count;
  oldest[process] = foundOldest[process] as number;
  passed[process] = (foundPassed[process] as number) + coming.passing;
}

/** Begins anew at second `at`, with nobody on the process. */
export function clearClock({ given }: CpuClocks, process: number, at: number): void {
  given[process * ringSeconds + (at & ringMask)] = 0;
  given[process * ringSeconds + ((at - 1) & ringMask)] = -1;
}

/**
 * Begins anew at second `at`, with `count` requests that came evenly over so much of the clock as they are still
 * to be given.
 */
export function fillStage(
  { entered, oldest, passed }: CpuStages,
  process: number,
  at: number,
  coming: { readonly count: number; readonly cpuSeconds: number },
): void {
  const ring = process * ringSeconds;
  // The clock is made to have moved on by 1 in the second before: see clearClock.
  const came =
    coming.cpuSeconds < 1 && coming.cpuSeconds > 0 ? coming.count / coming.cpuSeconds : coming.count;
  entered[ring + ((at - 1) & ringMask)] = 0;
  entered[ring + (at & ringMask)] = came;
  oldest[process] = at - 1;
  passed[process] = came - coming.count;
}
