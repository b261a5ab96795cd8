import type { TrafficClass } from '../contracts/component.ts';

export interface VuDemand {
  readonly name: TrafficClass;
  readonly peakArrivalsPerSecond: number;
  /** Default: even. */
  readonly arrivalSpacing?: 'random' | 'even' | undefined;
  readonly requestTimeoutSeconds: number;
  /** How long a request is known to last; undefined: a usual figure of its class. */
  readonly expectedSeconds: number | undefined;
  /** Requests that an arrival makes one after another; default 1. */
  readonly turns?: number;
  /** What an arrival does besides waiting for answers; default none. */
  readonly otherSeconds?: { readonly usual: number; readonly longest: number };
}

/** Of a streamed answer of some hundred tokens; a workflow also waits for a worker, and a document for all of that. */
const usualSeconds: Record<TrafficClass, number> = { chat: 8, workflow: 12, indexing: 15 };
/** For what is usual; the executor makes the rest before it is needed, so that a large load need not hold it all along. */
const headroom = 1.3;
/** Requests of random arrivals are under way in a Poisson number: at most 1 moment in 700 has more than this above it. */
const standardDeviations = 3;
const fewest = 10;
const endingSeconds = 5;
/** k6 needs a script engine for each: beyond this the machine's memory is the limit, not the target. */
const most = 10_000;

/**
 * VUs by Little's law: arrivals per second × seconds a request holds one.
 *
 * `preAllocatedVUs` are there before the load begins; `maxVUs` are enough even when every request lasts until its
 * timeout. What lies between is made while the load runs, before an arrival would be dropped (docs/decisions/0006).
 *
 * @example sizeVus({ name: 'chat', peakArrivalsPerSecond: 10, requestTimeoutSeconds: 120, expectedSeconds: 4 })
 * // { preAllocatedVUs: 52, maxVUs: 1250 }
 */
export function sizeVus(demand: VuDemand): { preAllocatedVUs: number; maxVUs: number } {
  const { name, peakArrivalsPerSecond, requestTimeoutSeconds, turns = 1 } = demand;
  const other = demand.otherSeconds ?? { usual: 0, longest: 0 };
  const expected = Math.min(demand.expectedSeconds ?? usualSeconds[name], requestTimeoutSeconds);
  const mean = peakArrivalsPerSecond * (turns * expected + other.usual);
  const usual = Math.ceil(Math.max(mean * headroom, mean + chance(mean, demand)));
  // A little over the timeout: a request that runs into it still has to be taken down.
  const longest = peakArrivalsPerSecond * (turns * requestTimeoutSeconds + other.longest + endingSeconds);
  const worst = Math.ceil(longest + chance(longest, demand));
  const maxVUs = Math.min(Math.max(worst, usual, fewest), most);
  return { preAllocatedVUs: Math.min(Math.max(usual, fewest), maxVUs), maxVUs };
}

/** How far a number under way may lie above its mean. */
function chance(mean: number, { arrivalSpacing = 'even' }: VuDemand): number {
  return arrivalSpacing === 'random' ? standardDeviations * Math.sqrt(mean) : 0;
}
