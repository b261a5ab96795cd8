import type { Evidence } from '../contracts/evidence.ts';
import type { Verdict } from '../contracts/verdict.ts';
import type { Recording } from '../derive/derive-evidence.ts';
import { calibrateAgainstRecording } from '../simulate/calibrate-against-recording.ts';
import type { KnownLimits } from '../simulate/known-limits.ts';
import { replayRecording } from './replay-recording.ts';

/** How far the models are from what was recorded, and whether the run met its objectives. */
export function judgeRun(recording: Recording, evidence: Evidence, limits: KnownLimits): Verdict {
  return {
    schemaVersion: 1,
    runId: evidence.runId,
    replay: replayRecording(recording.samples, evidence.kubernetesVersion ?? '1.37.0'),
    calibration: calibrateAgainstRecording(evidence, limits),
    objectives: measuredObjectives(evidence),
    retest: null,
  };
}

/** The objectives against the whole run: a load test that drives past the knee is meant to miss them. */
export function measuredObjectives(evidence: Evidence): Verdict['objectives'] {
  const { objectives, latency, outcomes } = evidence;
  const firstToken = worst(
    Object.values(latency).flatMap(({ timeToFirstTokenMs }) =>
      timeToFirstTokenMs ? [timeToFirstTokenMs.p95 / 1000] : [],
    ),
  );
  const queueWait = latency.workflow?.queueWaitMs?.p95;
  const total = outcomes.reduce((sum, { count }) => sum + count, 0);
  const failed = outcomes
    .filter(({ outcome }) => outcome !== 'ok')
    .reduce((sum, { count }) => sum + count, 0);
  return [
    objective('timeToFirstTokenP95Seconds', 's', objectives.timeToFirstTokenP95Seconds, firstToken),
    objective(
      'queueWaitP95Seconds',
      's',
      objectives.queueWaitP95Seconds,
      queueWait === undefined ? null : queueWait / 1000,
    ),
    objective('errorRatio', '', objectives.errorRatio, total === 0 ? null : failed / total),
  ];
}

function objective(
  id: string,
  unit: string,
  limit: number,
  measured: number | null,
): Verdict['objectives'][number] {
  return { id, unit, limit, measured, isMet: measured === null ? null : measured <= limit };
}

function worst(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
