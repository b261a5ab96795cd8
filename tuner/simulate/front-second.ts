import type { FirstTokenDelays } from './first-token-delays.ts';
import type { Front } from './front.ts';
import { stepPods } from './front-pods.ts';
import { setPooled } from './front-pool.ts';
import type { Noise } from './noise.ts';
import { spreadArrivals } from './spread-arrivals.ts';

export interface FrontSecond {
  readonly noise: Noise;
  atSeconds: number;
  /** Of the runs in queue and workers, the share that ends in a second, mean. */
  relayEndingRatio: number;
  /** Of those of the pods, how many end in this second. */
  relaysEnding: number;
  /** By class of the requests that run here. */
  readonly delays: FirstTokenDelays[];
}

/** Places in the tables of chance between two seconds: near enough to be in the cache, too far to meet. */
const drawsPerSecond = 29;

/** Moves the Ready pods, each for itself, on by one second, in which `local` and `relayed` requests come. */
export function stepFront(front: Front, second: FrontSecond, local: number, relayed: number): void {
  setPooled(front, false, second);
  const { noise } = second;
  const at = Math.imul(second.atSeconds, drawsPerSecond);
  if (local > 0) spreadArrivals(front.pods, front.columns.localArrivals, local, { noise, at });
  if (relayed > 0) {
    spreadArrivals(front.pods, front.columns.relayArrivals, relayed, { noise, at: at + 30_011 });
  }
  stepPods(front, second);
}
