/** A small deployment in the reference's own words. Times are seconds, CPU is in seconds of one core. */
export interface ReferenceCase {
  readonly seed: number;
  readonly durationSeconds: number;
  /** Whole requests arriving in each second; they are spread over it at random. */
  readonly chats: ArrayLike<number>;
  readonly runs: ArrayLike<number>;
  readonly api: ReferencePods;
  readonly worker: ReferencePods;
  readonly chat: ReferenceRequest;
  readonly run: ReferenceRequest & { readonly relayCpuSeconds: number };
  readonly web: ReferenceWeb | null;
  /** A client that has no whole answer so long after it came leaves; left out: never. */
  readonly patienceSeconds?: number;
  /** Queue length → worker replicas, or CPU of the API → API or web replicas; null: counts stay. */
  readonly scaling: ReferenceScaling | null;
}

export interface ReferencePods {
  readonly replicas: number;
  readonly slots: number;
  readonly processes: number;
  /** Of one process, in cores. */
  readonly speed: number;
  readonly requestedMillicores: number;
  /** Uniform between both. */
  readonly readySeconds: readonly [number, number];
  /** After that a pod that is scaled in is killed; 30 where it is left out. */
  readonly graceSeconds?: number;
}

/** The web front end, of which a page takes CPU and nothing else. */
export interface ReferenceWeb {
  readonly pods: ReferencePods;
  readonly pageCpuSeconds: number;
  /** Whole pages opened in each second. */
  readonly pages: ArrayLike<number>;
}

export interface ReferenceRequest {
  /** Before the first token, and after it. */
  readonly cpuBefore: number;
  readonly cpuAfter: number;
  /** Time in a slot when nothing waits: mean, and squared coefficient of variation. */
  readonly serviceSeconds: number;
  readonly squaredVariation: number;
  /** To the first token when nothing waits, CPU included. */
  readonly firstTokenMedian: number;
  readonly firstTokenSigma: number;
}

export interface ReferenceScaling {
  readonly component: 'api' | 'worker' | 'web';
  readonly spec: Readonly<Record<string, unknown>>;
  readonly scrapeSeconds: number;
  readonly lagSeconds: number;
  /** Second of the first sync and of the first scrape; later ones follow in their periods. */
  readonly firstSyncAt: number;
  readonly firstScrapeAt: number;
}

/** One request as it was seen from outside. */
export interface ReferenceSample {
  readonly kind: 'chat' | 'run';
  readonly arrivedAt: number;
  firstTokenSeconds: number | null;
  queueSeconds: number | null;
  /** What became of it; null: it was still under way when the simulation ended. */
  outcome: 'served' | 'cut' | 'givenUp' | null;
}

export interface ReferenceResult {
  readonly samples: readonly ReferenceSample[];
  /** Busy share of the CPU of all Ready pods, second by second. */
  readonly apiBusyRatio: readonly number[];
  readonly workerBusyRatio: readonly number[];
  readonly apiReplicas: readonly number[];
  readonly workerReplicas: readonly number[];
  /** API slots in use, at the end of each second. */
  readonly held: readonly number[];
  /** Runs waiting for a worker, at the end of each second. */
  readonly queued: readonly number[];
  /** Clients that wait for an answer or the rest of it, at the end of each second. */
  readonly clients: readonly number[];
  /** Runs that a worker took to their end, for whomever. */
  readonly runsDone: number;
  /** Requests that ended with their API pod, and runs that ended with their worker. */
  readonly cutStreams: number;
  readonly lostRuns: number;
  readonly web: WebRecord | null;
}

export interface WebRecord {
  /** From opening each page to its first byte, which is sent when it is rendered. */
  readonly firstByteSeconds: readonly number[];
  readonly busyRatio: readonly number[];
  readonly replicas: readonly number[];
}
