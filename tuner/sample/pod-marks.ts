import type { PodSample } from '../contracts/cluster-sample.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { happenedAt } from './moments.ts';

type Mark = Extract<RunEvent, { type: 'podMark' }>['mark'];

export interface PodMark {
  readonly mark: Mark;
  readonly atSeconds: number;
}

/**
 * What happened to a pod between two looks at it, in the order of a pod's life.
 *
 * @param before null: never seen
 * @param after null: gone
 * @param seenAtSeconds when the later look was taken
 */
export function podMarks(
  before: PodSample | null,
  after: PodSample | null,
  seenAtSeconds: number,
): PodMark[] {
  if (after === null) return before === null ? [] : [{ mark: 'gone', atSeconds: seenAtSeconds }];
  const marks: PodMark[] = [];
  const add = (mark: Mark, stamp: number | null) =>
    marks.push({ mark, atSeconds: happenedAt(stamp, seenAtSeconds) });

  if (before === null) add('created', after.createdAtSeconds);
  if (after.node !== null && (before?.node ?? null) === null) add('scheduled', after.scheduledAtSeconds);
  if (after.startAtSeconds !== null && (before?.startAtSeconds ?? null) === null) {
    add('started', after.startAtSeconds);
  }
  if (after.ready === true && before?.ready !== true) add('ready', after.readyTransitionAtSeconds);
  if (after.ready === false && before?.ready === true) add('unready', after.readyTransitionAtSeconds);
  // deletionTimestamp lies in the future, at the end of the grace period: the moment seen is the better one.
  if (after.deletedAtSeconds !== null && (before?.deletedAtSeconds ?? null) === null) {
    marks.push({ mark: 'terminating', atSeconds: seenAtSeconds });
  }
  return marks;
}
