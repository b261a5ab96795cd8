import type { TrafficClass } from '../contracts/component.ts';
import type { LoadPlan } from '../contracts/load-plan.ts';
import type { RunClock } from '../journal/run-clock.ts';

/** How one second of load went, for people to watch; the files hold the truth. */
export interface LiveLoad {
  /** Seconds since run start. */
  readonly atSeconds: number;
  readonly arrivalsPerSecond: number;
  readonly completionsPerSecond: number;
  /** null: not told yet. */
  readonly activeStreams: number | null;
  /** Of the last ten seconds; null without a first token in them. */
  readonly timeToFirstTokenP95Ms: number | null;
  /** Failed of all requests of the last ten seconds, 0–1; null without one. */
  readonly errorRatio: number | null;
  readonly droppedIterations: number;
  /** Until the last planned arrival. */
  readonly remainingSeconds: number;
  /** Where the load comes from a cluster. */
  readonly runners?: { readonly running: number; readonly all: number };
}

export interface LoadRunOptions {
  readonly plan: LoadPlan;
  readonly runFolder: string;
  readonly clock: RunClock;
  /** API key of each class in the plan; handed to k6 by its environment only. */
  readonly keys: Readonly<Partial<Record<TrafficClass, string>>>;
  /** Absolute path of the k6 with the project's extension. */
  readonly k6Path: string;
  /** Ctrl-C: k6 gets SIGINT and, two seconds later, is killed. */
  readonly signal: AbortSignal;
  readonly onBucket?: (live: LiveLoad) => void;
  /** Process id of k6 once it runs, null once it has ended: for who watches the generator. */
  readonly onProcess?: (pid: number | null) => void;
  /** Further k6 outputs as k6 spells them: `experimental-prometheus-rw`, `json=FILE`. */
  readonly extraOutputs?: readonly string[];
  /** Another k6 program than the project's own; default scenarios/mixed.ts. */
  readonly script?: string;
}

export interface LoadRunResult {
  readonly ended: 'complete' | 'interrupted';
  /** The plan's second 0, in seconds since run start; null: k6 wrote nothing. */
  readonly loadStartSeconds: number | null;
  /** k6's process ended. */
  readonly loadEndSeconds: number;
}
