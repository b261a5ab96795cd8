import {
  createDelayHistogram,
  type DelayHistogram,
  emptyInto,
  quantileWithDelay,
  shareAbove,
  sharesAbove,
} from './delay-histogram.ts';
import type { LogNormal } from './model.ts';
import { createUsualTime, type UsualTime } from './usual-time.ts';

/** One latency of one class: in the bucket of time that is open, and over all of them. */
export interface LatencyRecord {
  readonly bucket: DelayHistogram;
  readonly whole: DelayHistogram;
  readonly usual: UsualTime;
  /** By delay bin: share of requests above the objective. */
  readonly above: Float64Array;
}

/** A p95 objective is missed when more than this share lies above it. */
const toleratedShare = 0.05;
const reportedQuantile = 0.95;

export function createLatencyRecord(usual: LogNormal, limitSeconds: number): LatencyRecord {
  const tables = latencyTables(usual, limitSeconds);
  return { bucket: createDelayHistogram(), whole: createDelayHistogram(), ...tables };
}

type LatencyTables = Pick<LatencyRecord, 'usual' | 'above'>;

/** A thousand values of the error function each: made once for a model and its objectives. */
const knownTables = new WeakMap<LogNormal, Map<number, LatencyTables>>();

function latencyTables(usual: LogNormal, limitSeconds: number): LatencyTables {
  const byLimit = knownTables.get(usual) ?? new Map<number, LatencyTables>();
  knownTables.set(usual, byLimit);
  const known = byLimit.get(limitSeconds);
  if (known !== undefined) return known;
  const tables = { usual: createUsualTime(usual), above: sharesAbove(usual, limitSeconds) };
  byLimit.set(limitSeconds, tables);
  return tables;
}

/** Whether the open bucket misses its objective. */
export function missesObjective(record: LatencyRecord): boolean {
  return shareAbove(record.bucket, record.above) > toleratedShare;
}

/** @returns seconds; NaN without a request */
export function bucketQuantileSeconds(record: LatencyRecord, quantile: number): number {
  return quantileWithDelay(record.bucket, record.usual, quantile) ?? Number.NaN;
}

/** @returns seconds; null without a request */
export function wholeP95Seconds(record: LatencyRecord): number | null {
  return quantileWithDelay(record.whole, record.usual, reportedQuantile);
}

/** Adds the open bucket to the whole and begins the next. */
export function closeBucket(record: LatencyRecord): void {
  emptyInto(record.whole, record.bucket);
}
