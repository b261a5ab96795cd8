import type { FirstTokenDelays } from './first-token-delays.ts';
import type { Front } from './front.ts';
import { stepPods } from './front-pods.ts';
import { fitsPool, stepPool, takeFromPool, takeIntoPool } from './front-pool.ts';
import type { Noise } from './noise.ts';
import { spreadArrivals } from './spread-arrivals.ts';

export interface FrontSecond {
  readonly noise: Noise;
  atSeconds: number;
  /** Of the runs in queue and workers, the share that ended in this second. */
  relayEndedRatio: number;
  readonly requestTimeoutSeconds: number;
  /** By class of the requests that run here. */
  readonly delays: FirstTokenDelays[];
}

/** Moves all Ready pods on by one second, in which `localArrived` and `relayArrived` requests came. */
export function stepFront(front: Front, second: FrontSecond): void {
  smoothArrivals(front);
  front.handedOver = 0;
  front.handedOverDelays = 0;
  front.orphans *= 1 - second.relayEndedRatio;
  if (fitsPool(front)) {
    if (!front.isPooled) takeIntoPool(front);
    stepPool(front, second);
  } else {
    if (front.isPooled) takeFromPool(front, second);
    spreadOverPods(front, second);
    stepPods(front, second);
  }
  front.localArrived = 0;
  front.relayArrived = 0;
}

const smoothingSeconds = 5;

function smoothArrivals(front: Front): void {
  const weight = 1 / smoothingSeconds;
  front.relaysOfLate += weight * (front.relayArrived - front.relaysOfLate);
  front.localsOfLate += weight * (front.localArrived - front.localsOfLate);
}

/** Places in the tables of chance between two seconds: near enough to be in the cache, too far to meet. */
const drawsPerSecond = 29;

function spreadOverPods(front: Front, { noise, atSeconds }: FrontSecond): void {
  const at = Math.imul(atSeconds, drawsPerSecond);
  if (front.localArrived > 0) {
    spreadArrivals(front.pods, front.columns.localArrivals, front.localArrived, { noise, at });
  }
  if (front.relayArrived > 0) {
    spreadArrivals(front.pods, front.columns.relayArrivals, front.relayArrived, { noise, at: at + 30_011 });
  }
}
