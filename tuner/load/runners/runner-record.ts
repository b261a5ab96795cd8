import type { Runner } from '../../contracts/runners.ts';
import type { RunnerPod } from './runner-pod.ts';

/** What is known of one runner while it is followed. */
export interface RunnerRecord {
  readonly index: number;
  pod: RunnerPod | null;
  isGone: boolean;
  readySeconds: number | null;
  /** The moment that it was told and has read. */
  armedAt: string | null;
  startSeconds: number | null;
  /** Smallest distance seen between a stamp of its clock and the moment we read it: the clocks' own, and a little. */
  clockOffsetSeconds: number | null;
  /** Up to here its samples are known. */
  lastSampleSeconds: number | null;
  hasFooter: boolean;
  hasEnded: boolean;
  /** We have told it to end. */
  isStopping: boolean;
  isStopped: boolean;
  lostSeconds: number | null;
  lostBecause: string | null;
  readonly logGaps: Runner['logGaps'][number][];
  /** Newest lines of its k6's own log. */
  readonly lastLines: string[];
}

export function newRecord(index: number): RunnerRecord {
  return {
    index,
    pod: null,
    isGone: false,
    readySeconds: null,
    armedAt: null,
    startSeconds: null,
    clockOffsetSeconds: null,
    lastSampleSeconds: null,
    hasFooter: false,
    hasEnded: false,
    isStopping: false,
    isStopped: false,
    lostSeconds: null,
    lostBecause: null,
    logGaps: [],
    lastLines: [],
  };
}

/** It sends no more, in whatever way. */
export function isOver({ hasEnded, isStopped, lostSeconds }: RunnerRecord): boolean {
  return hasEnded || isStopped || lostSeconds !== null;
}

/** Clocks in a cluster are mostly nearer than a log's delay can tell; only a wrong one is put right. */
const trustedSeconds = 2;

/** What is added to a stamp of the runner's clock. */
export function clockCorrectionSeconds({ clockOffsetSeconds }: RunnerRecord): number {
  const offset = clockOffsetSeconds ?? 0;
  return Math.abs(offset) > trustedSeconds ? offset : 0;
}

export function toRunner(record: RunnerRecord, cpuLimitCores: number | null): Runner {
  return {
    index: record.index,
    pod: record.pod?.name ?? null,
    node: record.pod?.node ?? null,
    readySeconds: record.readySeconds,
    startSeconds: record.startSeconds,
    clockOffsetSeconds: record.clockOffsetSeconds,
    lostSeconds: record.lostSeconds,
    lostBecause: record.lostBecause,
    hasEnded: record.hasEnded,
    logGaps: record.logGaps,
    cpuLimitCores,
  };
}
