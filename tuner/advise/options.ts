import type { ComponentName } from '../contracts/component.ts';
import type { Config, DemandConfig, Objectives } from '../contracts/config.ts';
import type { KnownLimits } from '../simulate/known-limits.ts';

/** The part of tune.yaml that a recommendation depends on. */
export interface AdviceConfig {
  readonly objectives: Objectives;
  readonly demand: DemandConfig;
  readonly caps: Pick<Config['caps'], 'maxReplicas'>;
  /** Lowest minReplicas that may be recommended; 2 for a component that is not named. */
  readonly minReplicas: Config['minReplicas'];
  /** Money for one replica and hour; replica-hours alone decide where it is not named. */
  readonly replicaHourPrice: Config['replicaHourPrice'];
}

/** The External metric that carries the global length of the workflow queue. */
export interface QueueMetric {
  readonly name: string;
  readonly matchLabels: Readonly<Record<string, string>>;
}

export type AdvicePhase = 'sampling' | 'refining' | 'sweeping';

export interface AdviceProgress {
  readonly phase: AdvicePhase;
  /** Settings tried so far, and how many will be tried at most; the latter grows while refining. */
  readonly triedCandidates: number;
  readonly plannedCandidates: number;
}

export interface AdviseOptions {
  readonly config: AdviceConfig;
  /** null: the target has none, so no queue target can be recommended. */
  readonly queueMetric: QueueMetric | null;
  /** Of every draw; equal seeds give equal advice. */
  readonly seed: number;
  /**
   * How long the search may take on two cores of a common machine, seconds; default 20. It sets the number of
   * candidates by a fixed speed, so that the advice does not depend on how fast this machine is.
   */
  readonly searchSeconds?: number;
  /** Settings to sample; goes before `searchSeconds`. */
  readonly candidates?: number;
  /** Draws of the demand, and of all else that is luck, that judge what is left of the settings; default 40. */
  readonly draws?: number;
  /** Worker threads; default: two, or one on a machine with one core. The advice does not depend on it. */
  readonly threads?: number;
  readonly limits?: KnownLimits;
  /** Seconds since any origin, for `search.elapsedSeconds` alone. */
  readonly clock?: () => number;
  readonly onProgress?: (progress: AdviceProgress) => void;
  readonly signal?: AbortSignal;
}

/** Named so that callers need not know the list of components. */
export type PerComponent<T> = Partial<Record<ComponentName, T>>;
