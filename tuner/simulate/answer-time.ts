import { errorFunction } from 'simple-statistics';

/**
 * How long requests wait for others (the language model, the database), in whole seconds: a log-normal time from a
 * moment anywhere within second 0.
 */
export interface AnswerTime {
  /** Of those that begin to wait in a second, the share that is done in it. */
  readonly sameSecond: number;
  /** Seconds after their own in which they are done, by luck: a place in here stands for so much of it. */
  readonly draws: Uint16Array;
  /** Of those that wait at a random moment, the share that is done in each of the next seconds. */
  readonly remaining: Float64Array;
  /** Above which none lies, a power of two. */
  readonly mostSeconds: number;
}

/** A power of two. Shares are exact to half of its inverse. */
export const answerDraws = 4096;
/** Longer answers count as of this length; a power of two. */
const longestSeconds = 1024;
const known = new Map<string, AnswerTime>();
const mostKnown = 256;

/** The same few are asked for by every simulation of a search. */
export function answerTimeOf(meanSeconds: number, squaredVariation: number): AnswerTime {
  const key = `${meanSeconds} ${squaredVariation}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= mostKnown) known.clear();
  const made = createAnswerTime(meanSeconds, squaredVariation);
  known.set(key, made);
  return made;
}

/**
 * @param squaredVariation squared coefficient of variation, ≥ 0
 * @example createAnswerTime(0.5, 0).sameSecond // 0.5: those that begin in the first half of their second
 */
export function createAnswerTime(meanSeconds: number, squaredVariation: number): AnswerTime {
  const sigma = Math.sqrt(Math.log(1 + squaredVariation));
  // Of times that begin anywhere in second 0, the share that ends before second k begins.
  const doneBefore = (second: number) =>
    meanShortfall(second, meanSeconds, sigma) - meanShortfall(second - 1, meanSeconds, sigma);
  const draws = new Uint16Array(answerDraws);
  let second = 0;
  for (let place = 0; place < answerDraws; place++) {
    const luck = (place + 0.5) / answerDraws;
    while (second < longestSeconds - 2 && doneBefore(second + 1) < luck) second++;
    draws[place] = second;
  }
  const mostSeconds = 2 ** Math.ceil(Math.log2(second + 2));
  const remaining = Float64Array.from({ length: mostSeconds - 1 }, (_, at) => {
    const goneBy = (moment: number) => (moment - meanShortfall(moment, meanSeconds, sigma)) / meanSeconds;
    return (at === mostSeconds - 2 ? 1 : goneBy(at + 1)) - goneBy(at);
  });
  return { sameSecond: doneBefore(1), draws, remaining, mostSeconds };
}

/** E[(y - W)+] of a log-normal W: the Black-Scholes integral. */
function meanShortfall(y: number, mean: number, sigma: number): number {
  if (y <= 0) return 0;
  if (sigma < 1e-6) return Math.max(0, y - mean);
  const distance = (Math.log(y / mean) + (sigma * sigma) / 2) / sigma;
  return y * normal(distance) - mean * normal(distance - sigma);
}

function normal(deviations: number): number {
  return (1 + errorFunction(deviations / Math.SQRT2)) / 2;
}
