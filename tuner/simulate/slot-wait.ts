import type { UncertainDelay } from './delay-histogram.ts';

/** Requests that must end before one that finds all slots taken can begin; fitted to the per-request reference. */
const firstEnd = 0.2;
/** Deviations below which nobody waits, and above which all do. */
const farDeviations = 3;
/** Variance, per event, of how many have happened at a moment anywhere in a second, if their number in it is known. */
const withinSecond = 1 / 6;

export interface SlotLoad {
  /** Requests beyond the slots in the middle of the second; negative: free slots. */
  readonly excess: number;
  /** Requests that end in a second, mean. */
  readonly endingRate: number;
  /** Requests on the CPU of a process, mean. */
  readonly jobs: number;
}

/**
 * How long one waits for a slot that begins in a second; reused.
 *
 * The second-by-second model follows how many come and end in each second; when within it they do is chance, so that the
 * number beyond the slots is normal around that of the model. Of n moments in a second, t · (1 - t) · n is the variance of
 * how many are before t: n / 6 on the average. As many come as end; where the CPU is busy they end one after the other,
 * and not by chance.
 *
 * @param waitSeconds in the queue, by the model
 */
export function slotWaitOf(waitSeconds: number, { excess, endingRate, jobs }: SlotLoad): UncertainDelay {
  const rate = Math.max(endingRate, 0.01);
  const ends = waitSeconds * rate + firstEnd + Math.min(0, excess);
  const sigma = Math.sqrt(withinSecond * rate * (1 + 1 / (1 + jobs)));
  const distance = ends / sigma;
  if (distance < -farDeviations) setWait(0, 0);
  else if (distance > farDeviations) setWait(ends / rate, sigma / rate);
  else {
    // Mean and mean square of a normal number where it is positive, and 0 where it is not.
    const density = Math.exp(-0.5 * distance * distance) / Math.sqrt(2 * Math.PI);
    const share = shareBelow(distance);
    const mean = Math.max(0, ends * share + sigma * density);
    const square = (ends * ends + sigma * sigma) * share + ends * sigma * density;
    setWait(mean / rate, Math.sqrt(Math.max(0, square - mean * mean)) / rate);
  }
  return wait;
}

const wait: UncertainDelay = { mean: 0, deviation: 0 };

function setWait(mean: number, deviation: number): void {
  wait.mean = mean;
  wait.deviation = deviation;
}

/** Of a standard normal, to 0.0002: the logistic of Page (1977), far cheaper than the error function. */
function shareBelow(deviations: number): number {
  return 1 / (1 + Math.exp(-deviations * (1.5976 + 0.070566 * deviations * deviations)));
}
