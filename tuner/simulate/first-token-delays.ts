import type { RequestClass } from '../contracts/component.ts';
import { addDelay, addExponentialDelay, type DelayHistogram } from './delay-histogram.ts';

/** Delays of one class of requests before their first token, on top of the usual time to it. */
export interface FirstTokenDelays {
  readonly name: RequestClass;
  readonly histogram: DelayHistogram;
  /** Of the requests of all classes that arrived at the component in this second, 0–1. */
  share: number;
  /** CPU seconds before the first token at full speed. */
  readonly cpuSecondsBeforeFirstToken: number;
}

/** @param cpuJobs requests on the CPU that each of these met */
export function addToClasses(
  classes: readonly FirstTokenDelays[],
  arrived: number,
  slotWait: number,
  cpuJobs: number,
): void {
  for (let index = 0; index < classes.length; index++) {
    const { histogram, share, cpuSecondsBeforeFirstToken } = classes[index] as FirstTokenDelays;
    addFirstTokenDelay(histogram, slotWait, cpuSecondsBeforeFirstToken * cpuJobs, arrived * share);
  }
}

/** Shorter ones are lost in the usual time to the first token. */
const negligibleSeconds = 0.004;

/** A wait for a slot, known well, and one for CPU, which is about exponential. */
export function addFirstTokenDelay(
  histogram: DelayHistogram,
  slotWait: number,
  cpuWait: number,
  weight: number,
): void {
  if (slotWait > cpuWait || cpuWait < negligibleSeconds) addDelay(histogram, slotWait + cpuWait, weight);
  else addExponentialDelay(histogram, slotWait + cpuWait, weight);
}
