import { type AnswerStage, createAnswerStage, enterAnswers } from './answer-stage.ts';
import { answerTimeOf } from './answer-time.ts';
import { type CpuClocks, type CpuStages, createCpuClocks, createCpuStages, enterStage } from './cpu-stage.ts';
import { ringSeconds } from './fifo-queue.ts';
import type { Noise } from './noise.ts';
import { createPassedParts, findPassed, type PassedParts } from './passed-parts.ts';
import type { ServiceMix } from './service-mix.ts';

/** The processes of pods, and the requests on their CPU before and after the first token. */
export interface PodCpu {
  readonly clocks: CpuClocks;
  readonly before: CpuStages;
  readonly after: CpuStages;
  /** 1 for places whose rings are kept: see sharesCpu. */
  readonly isShared: Uint8Array;
  readonly answers: AnswerStage;
  /** Of those that begin in each second, what they waited for a slot, mean; a ring each. Kept while CPU is shared. */
  readonly slotWait: Float64Array;
  /** The last second in which the wait of those that began was long; before any: -1. */
  readonly lastLong: Float64Array;
  /** Up to here those that came to the first stage are recorded already. */
  readonly recorded: Float64Array;
  /** Those that pass the first stage in this second; reused. */
  readonly passing: PassedParts;
}

/** @param places one for each pod, or for all pods that are taken together */
export function createPodCpu(places: number, mix: ServiceMix): PodCpu {
  return {
    slotWait: new Float64Array(places * ringSeconds),
    lastLong: new Float64Array(places).fill(-1),
    recorded: new Float64Array(places),
    passing: createPassedParts(),
    answers: createAnswerStage(places, answerTimeOf(mix.waitSeconds, mix.waitSquaredVariation)),
    clocks: createCpuClocks(places),
    before: createCpuStages(places),
    after: createCpuStages(places),
    isShared: new Uint8Array(places),
  };
}

/**
 * One second of requests on their way through CPU, a wait for others, and CPU again, on one pod or on pods that
 * are taken together. Numbers to work with, reused; the functions below are called in their order.
 */
export interface PodFlow {
  place: number;
  at: number;
  /** At the beginning of the second, and when it is worked out at its end. */
  beginning: number;
  answering: number;
  ending: number;
  /** Of those that wait for others when the second begins, those that are done in it. */
  doneWaiting: number;
  /** Of requests that come to a stage in this second, the share that passes it. */
  passBegin: number;
  passAnswer: number;
  passEnd: number;
  /** Of the requests that were there, those that pass each stage. */
  begunOld: number;
  answeredOld: number;
  endedOld: number;
  /** In all, those that pass the first stage and those that end. */
  begun: number;
  ended: number;
  /** CPU seconds of work that came to the stages. */
  work: number;
  /** CPU seconds that each request on a process gets in this second. */
  share: number;
}

export function createPodFlow(): PodFlow {
  return {
    place: 0,
    at: 0,
    beginning: 0,
    answering: 0,
    ending: 0,
    doneWaiting: 0,
    passBegin: 1,
    passAnswer: 1,
    passEnd: 1,
    begunOld: 0,
    answeredOld: 0,
    endedOld: 0,
    begun: 0,
    ended: 0,
    work: 0,
    share: 1,
  };
}

/**
 * Requests that end in a second, as a mean: by luck there may be none in this one.
 *
 * A request stays for its wait for others, and for its CPU as many times as there are requests to share it with.
 */
export function meanEnding({ beginning, answering, ending }: PodFlow, mix: ServiceMix, jobs: number): number {
  return (beginning + answering + ending) / (mix.waitSeconds + mix.cpuSeconds * (1 + jobs));
}

/** Of the requests that were there, those that end in this second. */
export function endingOld(flow: PodFlow): number {
  return flow.endedOld + flow.answeredOld * flow.passEnd;
}

/** Of a request that begins in this second, the chance that it ends in it. */
export function endingNew(flow: PodFlow): number {
  return flow.passBegin * flow.passAnswer * flow.passEnd;
}

/** `started` requests begin, and all move on. */
export function finishSecond(
  flow: PodFlow,
  cpu: PodCpu,
  mix: ServiceMix,
  { started, noise }: { readonly started: number; readonly noise: Noise },
): void {
  const { place, at } = flow;
  const begunNew = started * flow.passBegin;
  flow.begun = flow.begunOld + begunNew;
  const answered = flow.doneWaiting + enterAnswers(cpu.answers, place, { at, count: flow.begun, noise });
  const endedNew = answered * flow.passEnd;
  if (cpu.isShared[place] === 1) {
    cpu.passing.count = 0;
    if ((cpu.before.oldest[place] as number) <= (cpu.lastLong[place] as number)) {
      findPassed(cpu.passing, cpu.before, cpu.clocks, place, {
        at,
        share: flow.share,
        cpuSeconds: mix.cpuBefore,
        coming: started,
        passingNew: flow.passBegin,
        recorded: cpu.recorded[place] as number,
      });
    }
    enterStage(cpu.before, place, at, { count: started, passing: begunNew });
    enterStage(cpu.after, place, at, { count: answered, passing: endedNew });
  }
  flow.work = started * mix.cpuBefore + answered * mix.cpuAfter;
  flow.ended = flow.endedOld + endedNew;
  flow.beginning = Math.max(0, flow.beginning + started - flow.begun);
  flow.answering += flow.begun - answered;
  flow.ending = Math.max(0, flow.ending + answered - flow.ended);
}
