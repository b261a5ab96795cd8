import type { ComponentName, RequestClass } from '../contracts/component.ts';

/** One simulated stretch of time in numbers. */
export interface SimulationSummary {
  readonly durationSeconds: number;
  /** Minutes (buckets of `bucketSeconds`, in minutes) in which an objective was missed. */
  readonly sloViolatedMinutes: number;
  readonly replicaHours: Readonly<Partial<Record<ComponentName, number>>>;
  /** Highest number of Ready replicas. */
  readonly peakReplicas: Readonly<Partial<Record<ComponentName, number>>>;
  /** Scale decisions that reverse the one before within ten minutes. */
  readonly flaps: number;
  readonly rescales: number;
  /** Streams that lived longer than the grace of the API pod that was scaled in under them. */
  readonly cutStreams: number;
  /** Runs that lived longer than the grace of their worker. */
  readonly lostRuns: number;
  readonly requests: number;
  readonly failedRequests: number;
  /** Over all requests of the class; null without one. */
  readonly firstTokenP95Seconds: Readonly<Partial<Record<RequestClass, number>>>;
  readonly queueWaitP95Seconds: number | null;
  /** Of the web front end; no objective counts them. null: none were to be opened. */
  readonly pages: PageSummary | null;
}

export interface PageSummary {
  readonly opened: number;
  /** Opened while no pod of web was Ready. */
  readonly failed: number;
  /** To the first byte; null without a page. */
  readonly firstByteP95Seconds: number | null;
}

/** Second by second, and bucket by bucket, what happened. */
export interface SimulationSeries {
  readonly bucketSeconds: number;
  readonly components: Readonly<Partial<Record<ComponentName, ComponentSeries>>>;
  /** Runs that wait for a worker (and those being worked on, where the queue's metric counts them); per second. */
  readonly queueDepth: Float32Array | null;
  /** Requests in an API slot or in the listen backlog, per class and second. */
  readonly inFlight: Readonly<Partial<Record<RequestClass, Float32Array>>>;
  /** Per bucket; NaN without a request. */
  readonly firstTokenP95Seconds: Readonly<Partial<Record<RequestClass, Float32Array>>>;
  /** Per bucket; NaN without a run. */
  readonly queueWaitP95Seconds: Float32Array | null;
  /** Of pages, per bucket; NaN without one. */
  readonly pageFirstByteP95Seconds: Float32Array | null;
  /** 1 for each bucket in which an objective was missed. */
  readonly isViolated: Uint8Array;
}

export interface ComponentSeries {
  /** Ready pods, per second. */
  readonly readyReplicas: Uint16Array;
  /** spec.replicas, per second. */
  readonly specReplicas: Uint16Array;
  /** CPU used of CPU requested, mean over Ready pods, per second; NaN without a request. */
  readonly cpuUsageRatio: Float32Array;
  /** Requests waiting in listen backlogs, or runs in the queue, per second. */
  readonly waiting: Float32Array;
}

export interface SimulationResult {
  readonly summary: SimulationSummary;
  /** null unless asked for. */
  readonly series: SimulationSeries | null;
}
