import type { CpuClocks, CpuStages } from './cpu-stage.ts';
import { ringMask, ringSeconds } from './fifo-queue.ts';

/** Requests that get through a stage of CPU in one second, in parts that came to it in the same second; reused. */
export interface PassedParts {
  count: number;
  readonly second: Int32Array;
  /** Time on the stage beyond what it takes at full speed, seconds. */
  readonly wait: Float64Array;
  readonly weight: Float64Array;
}

export function createPassedParts(): PassedParts {
  return {
    count: 0,
    second: new Int32Array(ringSeconds + 1),
    wait: new Float64Array(ringSeconds + 1),
    weight: new Float64Array(ringSeconds + 1),
  };
}

/** Less is rounding. */
const nothing = 1e-9;

interface Step {
  readonly at: number;
  /** What the clock moves on by in second `at`. */
  readonly share: number;
  readonly cpuSeconds: number;
  /** Of those that come in second `at`, how many; evenly over it. */
  readonly coming: number;
  readonly passingNew: number;
  /** Up to here those that came are not asked for. */
  readonly recorded: number;
}

/**
 * Who gets through in second `at` and how long that took, exactly as the clock went meanwhile: nobody has to guess
 * how many others there will be. To be called after passOld and before enterStage.
 */
export function findPassed(
  parts: PassedParts,
  { entered, oldest, passed, foundPassed }: CpuStages,
  { given }: CpuClocks,
  process: number,
  { at, share, cpuSeconds, coming, passingNew, recorded }: Step,
): void {
  const ring = process * ringSeconds;
  const now = given[ring + (at & ringMask)] as number;
  const until = foundPassed[process] as number;
  let done = Math.max(passed[process] as number, recorded);
  let second = Math.max(oldest[process] as number, at + 2 - ringSeconds);
  parts.count = 0;
  while (done < until - nothing && second < at) {
    const from = entered[ring + (second & ringMask)] as number;
    const to = entered[ring + ((second + 1) & ringMask)] as number;
    const upTo = Math.min(until, to);
    if (upTo > done + nothing) {
      const within = ((done + upTo) / 2 - from) / Math.max(to - from, nothing);
      const givenFrom = given[ring + (second & ringMask)] as number;
      const givenTo = given[ring + ((second + 1) & ringMask)] as number;
      const left = givenFrom + within * (givenTo - givenFrom) + cpuSeconds - now;
      const passedAt = at + Math.min(1, Math.max(0, left / share));
      add(parts, second, passedAt - (second + within) - cpuSeconds, upTo - done);
      done = upTo;
    }
    second++;
  }
  if (passingNew > 0 && coming > 0) add(parts, at, cpuSeconds / share - cpuSeconds, coming * passingNew);
}

function add(parts: PassedParts, second: number, wait: number, weight: number): void {
  const { count } = parts;
  parts.second[count] = second;
  parts.wait[count] = Math.max(0, wait);
  parts.weight[count] = weight;
  parts.count = count + 1;
}
