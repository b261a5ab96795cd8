/** Where the stand-in learns which pods there are: the cluster, or a fixed list. */

export type Component = 'api' | 'worker';

/** A pod as far as the stand-in cares. */
export interface PodSnapshot {
  readonly uid: string;
  readonly name: string;
  readonly component: Component;
  /** The container has been started; before that it uses nothing. */
  readonly isRunning: boolean;
  readonly isReady: boolean;
  /** Deletion has been asked for. */
  readonly isTerminating: boolean;
  /** Seconds from the request to delete until the kill. */
  readonly graceSeconds: number;
  readonly env: Readonly<Record<string, string>>;
  /** CPU limit in cores; null: none. */
  readonly cpuLimitCores: number | null;
}

export interface PodListener {
  /** A pod is there or has changed. */
  seen(pod: PodSnapshot): void;
  /** The API object is gone; its processes may still have grace. */
  gone(uid: string): void;
}

export interface PodSource {
  /** Resolves once the pods that exist have been reported. */
  start(listener: PodListener): Promise<void>;
  stop(): Promise<void>;
}
