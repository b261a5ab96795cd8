import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterSample } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { Target } from '../contracts/config.ts';
import type { Gap } from '../contracts/estimate.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import type { RunClock } from '../journal/run-clock.ts';

export interface SamplingOptions {
  readonly cluster: Cluster;
  readonly target: Target;
  /** Exists already; cluster.ndjson and events.ndjson are appended to. */
  readonly runFolder: string;
  readonly clock: RunClock;
  /** Ends the sampling like `stop`. */
  readonly signal: AbortSignal;
  /** Each line as it is written. */
  readonly onSample?: (line: ClusterSample | RunEvent) => void;
  /** Nothing more can be written (TuneError CANNOT_WRITE); the sampling has ended, and `stop` will throw the same. */
  readonly onFailure?: (error: unknown) => void;
}

/** Replica counts of one component as last seen; null: not seen yet. */
export interface LiveComponent {
  readonly specReplicas: number | null;
  readonly readyReplicas: number | null;
  /** Of the HPA's status; null also where there is no HPA. */
  readonly desiredReplicas: number | null;
}

/** What a person wants to see of the cluster while the run goes on. */
export interface LiveCluster {
  readonly components: Readonly<Partial<Record<ComponentName, LiveComponent>>>;
  /** First queue of the target plus unacked; null: not sampled, or silent. */
  readonly queueDepth: number | null;
  /** Sources that are silent now. */
  readonly openGaps: readonly Gap[];
}

export interface Sampler {
  /** Settled once every source has answered or failed for the first time. Never rejects. */
  readonly ready: Promise<void>;
  snapshot(): LiveCluster;
  /**
   * Closes the files and ends every connection of the sampler's own.
   *
   * @throws TuneError CANNOT_WRITE when the recording could not be kept
   */
  stop(): Promise<void>;
}
