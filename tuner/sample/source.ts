import type { Cluster } from '../cluster/cluster.ts';
import type { ClusterSample } from '../contracts/cluster-sample.ts';
import type { Target } from '../contracts/config.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import type { RunClock } from '../journal/run-clock.ts';
import type { GapLog } from './gap-log.ts';

/** What every source is given. */
export interface SourceContext {
  readonly cluster: Cluster;
  readonly target: Target;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  readonly gaps: GapLog;
  write(line: ClusterSample | RunEvent): void;
}

export interface Source {
  /** Settled once it has answered or failed for the first time. */
  readonly ready: Promise<void>;
  /** Settled when the signal has ended it. */
  readonly ended: Promise<void>;
}

/** A source that is told of changes, and repeats what it knows from time to time. */
export interface WatchedSource extends Source {
  /** Name in gaps. */
  readonly name: string;
  isUp(): boolean;
  /**
   * Writes again what was written last before a moment, in seconds since run start. Called only while the API server
   * is known to answer.
   */
  repeat(olderThanSeconds: number): void;
}

export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What was made of a text; a reading with one that means nothing is a failed reading. */
export function readable<T>(parsed: T | null, text: string): T {
  if (parsed === null) throw new Error(`"${text}" is neither a quantity nor a duration`);
  return parsed;
}
