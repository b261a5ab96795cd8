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
  /** Second in which each began: see clearClock. */
  readonly began: Int32Array;
}

/** CPU that requests need on a stage, seconds at full speed: mean, and deviation from one request to the next. */
export interface CpuNeed {
  readonly cpuSeconds: number;
  /** Less than the mean. */
  readonly deviation: number;
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
  return { given: new Float64Array(processes * ringSeconds), began: new Int32Array(processes) };
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
 * Half of them need a deviation less than the mean, half one more: while ever more come, those that are done early are
 * more than those that are done late, which two needs tell as well as a whole distribution would.
 *
 * @param step `share`: what the clock moves on by in this second
 */
export function passOld(
  stages: CpuStages,
  clocks: CpuClocks,
  process: number,
  step: ClockStep,
  { cpuSeconds, deviation }: CpuNeed,
): number {
  const { oldest, passed, foundOldest, foundPassed } = stages;
  const { at, share } = step;
  const before = passed[process] as number;
  const target = (clocks.given[process * ringSeconds + (at & ringMask)] as number) + share - cpuSeconds;
  found.second = Math.max(oldest[process] as number, at + 2 - ringSeconds);
  const spread = share < shareOfMany ? deviation : 0;
  let total = cameBy(target - spread, stages, clocks, process, step);
  foundOldest[process] = found.second;
  if (spread > 0) total = (total + cameBy(target + spread, stages, clocks, process, step)) / 2;
  foundPassed[process] = Math.max(before, total);
  return total > before ? total - before : 0;
}

/** Of a second, what each of so many gets that it matters how they differ and how their number changed. */
const shareOfMany = 0.25;

/** The clock moves on by `share` in second `at`. */
interface ClockStep {
  readonly at: number;
  readonly share: number;
}

/** Second from which on the clock is looked up, and in which it was found; reused. */
const found = { second: 0 };

/**
 * How many had come to a stage when the clock of its process stood at `target`; of those that come in second `at` none.
 *
 * They come evenly over a second, in which the clock runs the slower the more there are, and these go evenly from one
 * number to another: the quadratic with the right slope at both ends. Taken as even, the first second of a burst would be
 * done too early, and all that comes later with it.
 */
function cameBy(
  target: number,
  { entered }: CpuStages,
  { given, began }: CpuClocks,
  process: number,
  { at, share }: ClockStep,
): number {
  const ring = process * ringSeconds;
  if (target >= (given[ring + (at & ringMask)] as number)) {
    found.second = at;
    return entered[ring + (at & ringMask)] as number;
  }
  let { second } = found;
  while (second + 1 < at && (given[ring + ((second + 1) & ringMask)] as number) <= target) second++;
  found.second = second;
  const from = given[ring + (second & ringMask)] as number;
  const to = given[ring + ((second + 1) & ringMask)] as number;
  const enteredFrom = entered[ring + (second & ringMask)] as number;
  const enteredTo = entered[ring + ((second + 1) & ringMask)] as number;
  let reached = Math.min(1, Math.max(0, (target - from) / (to - from)));
  if (share < shareOfMany && second >= (began[process] as number)) {
    const before = from - (given[ring + ((second - 1) & ringMask)] as number);
    const after = second + 1 < at ? (given[ring + ((second + 2) & ringMask)] as number) - to : share;
    reached -= ((before - after) / (before + 2 * (to - from) + after)) * reached * (1 - reached);
  }
  return enteredFrom + reached * (enteredTo - enteredFrom);
}

/** How a number of requests on a process goes evenly from one to another in a second; a request itself included. */
export interface Sharing {
  readonly from: number;
  readonly to: number;
}

/** Growth in the time of a request, of all requests, below which the clock is as good as even. */
const evenBelow = 0.05;

/**
 * Of requests that come evenly over a second, the share that is done when it ends; half of them need less, half more.
 *
 * While n grows by g a second the clock runs by 1 / n: who came while there were at most n₁ · e^(-g · cpu) is done.
 */
export function passNew(share: number, sharing: Sharing, { cpuSeconds, deviation }: CpuNeed): number {
  if (deviation === 0 || share >= shareOfMany) return passNewOf(share, sharing, cpuSeconds);
  const early = passNewOf(share, sharing, cpuSeconds - deviation);
  return early === 0 ? 0 : (early + passNewOf(share, sharing, cpuSeconds + deviation)) / 2;
}

function passNewOf(share: number, { from, to }: Sharing, cpuSeconds: number): number {
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
export function clearClock({ given, began }: CpuClocks, process: number, at: number): void {
  began[process] = at;
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
