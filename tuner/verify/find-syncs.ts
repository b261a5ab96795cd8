import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';

type HpaSample = ClusterSampleOf<'hpa'>;

/** A reconciliation of the real controller, seen by the status it wrote or put in where it wrote none. */
export interface RecordedSync {
  readonly atSeconds: number;
  /** The HPA after the sync. */
  readonly status: HpaSample;
  /** The HPA before it. */
  readonly before: HpaSample;
  /** False: no trace of it; the controller must have made it, since it syncs every period. */
  readonly isObserved: boolean;
}

/** The queue adds some milliseconds to each period; a sync that is late by less than this is the same one. */
const slackSeconds = 4;

/**
 * The syncs of one HPA in order.
 *
 * @param samples of one HPA in order of time; repeats carry the resourceVersion of the line before
 */
export function findSyncs(samples: readonly HpaSample[], periodSeconds: number): RecordedSync[] {
  const syncs: RecordedSync[] = [];
  let [before] = samples;
  let last = before?.atSeconds ?? 0;
  for (const status of samples.slice(1)) {
    if (!before || status.resourceVersion === before.resourceVersion || !isStatusChanged(before, status)) {
      if (before && status.resourceVersion !== before.resourceVersion) before = status;
      continue;
    }
    for (last += periodSeconds; last < status.atSeconds - slackSeconds; last += periodSeconds) {
      syncs.push({ atSeconds: last, status: before, before, isObserved: false });
    }
    syncs.push({ atSeconds: status.atSeconds, status, before, isObserved: true });
    last = status.atSeconds;
    before = status;
  }
  return syncs;
}

/** A new spec, label or annotation makes a new version as well, and is no sync. */
function isStatusChanged(before: HpaSample, after: HpaSample): boolean {
  return statusText(before) !== statusText(after);
}

function statusText(sample: HpaSample): string {
  const { currentReplicas, desiredReplicas, currentMetrics, conditions, lastScaleAtSeconds } = sample;
  return JSON.stringify([currentReplicas, desiredReplicas, currentMetrics, conditions, lastScaleAtSeconds]);
}
