import { errorFunction } from 'simple-statistics';
import type { UncertainDelay } from './delay-histogram.ts';
import { ringSeconds } from './fifo-queue.ts';
import type { ServiceMix } from './service-mix.ts';

/**
 * How long clients wait for a whole answer, and what that means for requests of one kind.
 *
 * A client that has left is missed when something is written to it: at the next token, else at the first one or at a
 * ping. Until then its request keeps its place in the backlog, or its slot, and its work is done to the end all the same.
 */
export interface Patience {
  /** From the request to the end of its answer; endless where it is longer than {@link longestSeconds}. */
  readonly seconds: number;
  /** Waits, CPU included, up to which clients get their answers all but surely. */
  readonly safeSeconds: number;
  /** Of requests that wait for nothing, the share that is answered in time. */
  readonly usualShare: number;
  /** From when others are waited for to the first token, mean. */
  readonly silenceSeconds: number;
  /** Of the time that requests wait for others: a log-normal. */
  readonly logMedian: number;
  readonly sigma: number;
  readonly meanSeconds: number;
}

/** How often Dify writes to a silent stream. */
export const pingSeconds = 10;

/** Rings remember who came when for so long, and what is to happen in the next seconds: more counts as endless. */
const longestSeconds = ringSeconds - 2 * pingSeconds;

/** A time is all but never longer than its median by so many sigmas: eight in a million are. */
const farSigmas = 4.3;
const allButAll = 1 - 1e-5;

/** @param mix of requests that are answered */
export function createPatience(requestTimeoutSeconds: number, mix: ServiceMix): Patience {
  const { waitSeconds, waitSquaredVariation, cpuBefore, cpuSeconds, firstTokenSeconds } = mix;
  const seconds = requestTimeoutSeconds <= longestSeconds ? requestTimeoutSeconds : Number.POSITIVE_INFINITY;
  const sigma = Math.sqrt(Math.log(1 + waitSquaredVariation));
  const logMedian = Math.log(waitSeconds) - (sigma * sigma) / 2;
  const known = {
    seconds,
    safeSeconds: seconds - Math.exp(logMedian + farSigmas * sigma),
    silenceSeconds: Math.min(waitSeconds, Math.max(0, firstTokenSeconds - cpuBefore)),
    logMedian,
    sigma,
    meanSeconds: waitSeconds,
  };
  const usualShare = answeredWithin(known, seconds - cpuSeconds);
  return { ...known, usualShare: usualShare > allButAll ? 1 : usualShare };
}

type OthersTime = Pick<Patience, 'logMedian' | 'sigma' | 'meanSeconds'>;

function deviationsTo({ logMedian, sigma }: OthersTime, seconds: number): number {
  if (seconds <= 0) return Number.NEGATIVE_INFINITY;
  if (seconds === Number.POSITIVE_INFINITY) return seconds;
  const distance = Math.log(seconds) - logMedian;
  return sigma > 0 ? distance / sigma : Math.sign(distance) * Number.POSITIVE_INFINITY;
}

/** Of requests, the share that others let wait for less. */
export function answeredWithin(time: OthersTime, seconds: number): number {
  return normal(deviationsTo(time, seconds));
}

/** Of those that others let wait for longer, how much longer, mean. */
export function meanExcess(time: OthersTime, seconds: number): number {
  if (seconds <= 0) return time.meanSeconds - seconds;
  const deviations = deviationsTo(time, seconds);
  const share = 1 - normal(deviations);
  if (share < 1e-9) return 0;
  return Math.max(0, (time.meanSeconds * (1 - normal(deviations - time.sigma))) / share - seconds);
}

export function normal(deviations: number): number {
  if (deviations > 8) return 1;
  return deviations < -8 ? 0 : (1 + errorFunction(deviations / Math.SQRT2)) / 2;
}

/** A request that waits so many deviations longer than the mean is not reckoned with. */
const farDeviations = 3;

/** Whether some of those that waited so long may not be answered in time. @param cpuSeconds with its wait */
export function mayBeLate(
  { safeSeconds }: Patience,
  { mean, deviation }: Readonly<UncertainDelay>,
  cpuSeconds: number,
): boolean {
  return mean + farDeviations * deviation + cpuSeconds > safeSeconds;
}

/** A normal number at three places with these weights has its mean, variance and third moment (Gauss and Hermite). */
const places = [-Math.sqrt(3), 0, Math.sqrt(3)];
const weights = [1 / 6, 2 / 3, 1 / 6];

/** Takes a wait apart where it matters which part of it is longer than what. */
export function eachPartOf(
  { mean, deviation }: Readonly<UncertainDelay>,
  take: (seconds: number, weight: number) => void,
): void {
  for (let index = 0; index < places.length; index++) {
    take(Math.max(0, mean + (places[index] as number) * deviation), weights[index] as number);
  }
}

/**
 * How long a slot is held for a client that will leave `leftSeconds` after its request has begun, or has left already.
 *
 * @param firstTokenSeconds after the request has begun
 */
export function heldForGone(leftSeconds: number, firstTokenSeconds: number): number {
  if (leftSeconds >= firstTokenSeconds) return leftSeconds;
  return Math.min(firstTokenSeconds, pingSeconds * Math.max(1, Math.ceil(leftSeconds / pingSeconds)));
}
