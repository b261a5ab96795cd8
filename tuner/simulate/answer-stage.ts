import { type AnswerTime, answerDraws } from './answer-time.ts';
import { type Noise, noiseMask } from './noise.ts';

/**
 * Requests that wait for others, each for a time of its own: how many are done in each of the next seconds, a ring
 * per pod (or for all pods that are taken together).
 */
export interface AnswerStage {
  readonly time: AnswerTime;
  readonly leaving: Float64Array;
  /** How many came so far: a real number, of which each whole one has a time of its own, drawn by its number. */
  readonly came: Float64Array;
}

export function createAnswerStage(places: number, time: AnswerTime): AnswerStage {
  return {
    time,
    leaving: new Float64Array(places * time.mostSeconds),
    came: new Float64Array(places),
  };
}

/** Begins anew at second `at` with so many that have been waiting for a while. */
export function fillAnswers(stage: AnswerStage, place: number, at: number, count: number): void {
  const { leaving, time } = stage;
  const { remaining, mostSeconds } = time;
  const ring = place * mostSeconds;
  leaving[ring + ((at - 1) & (mostSeconds - 1))] = 0;
  for (let after = 0; after < mostSeconds - 1; after++) {
    leaving[ring + ((at + after) & (mostSeconds - 1))] = count * (remaining[after] as number);
  }
}

/**
 * Those that wait on one place, or a share of them, wait on another from now on, beside those that are there.
 *
 * @param to of the same answer times
 */
export function moveAnswers(
  from: { readonly stage: AnswerStage; readonly place: number; readonly share: number },
  to: { readonly stage: AnswerStage; readonly place: number },
): void {
  const { mostSeconds } = from.stage.time;
  const source = from.place * mostSeconds;
  const target = to.place * mostSeconds;
  for (let second = 0; second < mostSeconds; second++) {
    const moved = from.share * (from.stage.leaving[source + second] as number);
    to.stage.leaving[target + second] = (to.stage.leaving[target + second] as number) + moved;
  }
}

/** Nobody waits on a place any more, or fewer by a factor. */
export function keepAnswers({ leaving, time }: AnswerStage, place: number, factor: number): void {
  const first = place * time.mostSeconds;
  for (let second = first; second < first + time.mostSeconds; second++) {
    leaving[second] = factor === 0 ? 0 : factor * (leaving[second] as number);
  }
}

/** Of those that waited before second `at`, how many are done in it. */
export function answeredIn({ leaving, time }: AnswerStage, place: number, at: number): number {
  return leaving[place * time.mostSeconds + (at & (time.mostSeconds - 1))] as number;
}

/** So many times are drawn in a second; what more there is shares them. */
const mostDrawn = 64;
/** Places in the table of chance between two pods. */
const drawsBetweenPods = 7919;

/**
 * `count` begin to wait in second `at`; to be called for every second, after answeredIn.
 *
 * @returns how many of them are done in the same second
 */
export function enterAnswers(
  { leaving, came, time }: AnswerStage,
  place: number,
  { at, count, noise }: { readonly at: number; readonly count: number; readonly noise: Noise },
): number {
  const { draws, mostSeconds } = time;
  const mask = mostSeconds - 1;
  const ring = place * mostSeconds;
  const each = count > mostDrawn ? count / mostDrawn : 1;
  leaving[ring + (at & mask)] = 0;
  let number = (came[place] as number) / each;
  const last = number + count / each;
  while (number < last) {
    const whole = Math.floor(number);
    const upTo = Math.min(last, whole + 1);
    const draw = noise.uniform[(whole + place * drawsBetweenPods) & noiseMask] as number;
    const second = ring + ((at + (draws[(draw * answerDraws) | 0] as number)) & mask);
    leaving[second] = (leaving[second] as number) + (upTo - number) * each;
    number = upTo;
  }
  came[place] = (came[place] as number) + count;
  const now = leaving[ring + (at & mask)] as number;
  leaving[ring + (at & mask)] = 0;
  return now;
}
