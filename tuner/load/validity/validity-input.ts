import type { ClusterSample } from '../../contracts/cluster-sample.ts';
import type { GeneratorSample, RunnerUsage } from '../../contracts/generator-sample.ts';
import type { LoadPlan } from '../../contracts/load-plan.ts';
import type { RunEvent } from '../../contracts/run-event.ts';
import type { Runners } from '../../contracts/runners.ts';
import type { ValidityCheck } from '../../contracts/validity.ts';

/** Values by whole second since run start, 0 where there is none. */
interface Column {
  at(second: number): number;
}

/** What the checks need of load.ndjson; the LoadRecording of tuner/derive is one. */
export interface LoadView {
  /** k6 said that it ended in order. */
  readonly isComplete: boolean;
  /** One more than the last second that holds a sample. */
  readonly durationSeconds: number;
  find(metric: string): readonly {
    readonly tags: { readonly scenario: string; readonly outcome: string };
    readonly counts: Column;
    readonly sums: Column;
    readonly lasts: Column;
  }[];
  histogram(
    metric: string,
    range: { readonly from: number; readonly to: number },
  ): { readonly count: number; quantile(ratio: number): number | null };
}

/** A recording, as far as it tells whether it is fit to learn from. */
export interface ValidityInput {
  readonly load: LoadView;
  readonly plan: LoadPlan;
  readonly samples: readonly ClusterSample[];
  readonly events: readonly RunEvent[];
  readonly generator: readonly GeneratorSample[];
  /** null: the load came from one k6 on the tuner's machine. */
  readonly runners: Runners | null;
  /** What the cluster's metrics know of the runners; empty for a load from the tuner's machine. */
  readonly runnerUsage: readonly RunnerUsage[];
  /** The load's own time, in seconds since run start. */
  readonly loadStartSeconds: number;
  readonly loadEndSeconds: number;
  /** Server clock minus ours; null: the server did not tell. */
  readonly clockSkewSeconds: number | null;
}

/** One question to the recording. */
export type Check = (input: ValidityInput) => ValidityCheck;

type Judged = Pick<ValidityCheck, 'id' | 'unit' | 'severity'> & { readonly limit: number };

/** Passed while the value is at most the limit. */
export function atMost({ id, unit, severity, limit }: Judged, value: number, because: string): ValidityCheck {
  return { id, isPassed: value <= limit, value, limit, unit, because, severity };
}

/** The recording does not tell. */
export function cannotJudge({ id, unit, severity, limit }: Judged, because: string): ValidityCheck {
  return { id, isPassed: null, value: null, limit, unit, because, severity };
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}
