import { type AnswerStage, answeredIn, createAnswerStage, enterAnswers } from './answer-stage.ts';
import { answerTimeOf } from './answer-time.ts';
import { furtherRequest } from './cpu-chance.ts';
import { throughCpu } from './cpu-sharing.ts';
import {
  advanceClock,
  type CpuClocks,
  type CpuStages,
  clearClock,
  createCpuClocks,
  createCpuStages,
  enterStage,
  fillStage,
  passNew,
  passOld,
  type Sharing,
} from './cpu-stage.ts';
import { ringMask, ringSeconds } from './fifo-queue.ts';
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
  /** Up to here those that came to the first stage are recorded already. */
  readonly recorded: Float64Array;
  /** Those that pass the first stage in this second; reused. */
  readonly passing: PassedParts;
}

/** @param places one for each pod, or for all pods that are taken together */
export function createPodCpu(places: number, mix: ServiceMix): PodCpu {
  return {
    slotWait: new Float64Array(places * ringSeconds),
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

/** Requests on a process, mean, from which on their order counts, and below which it no longer does. */
const sharedFrom = 0.6;
const sharedUntil = 0.4;

/** What a second of a pod begins with. */
export interface PodLoad {
  /** Requests on the CPU of one process, those that are relayed included. */
  readonly jobs: number;
  readonly processes: number;
  /** How much of their chance is known: see furtherRequest. */
  readonly knownRatio: number;
  /** Requests that want to begin here in this second, and the slots that are free for them. */
  readonly coming: number;
  readonly free: number;
}

/** Reckons how many of the requests that are on the CPU, or come to it, get through in this second. */
export function passStages(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, load: PodLoad): void {
  flow.doneWaiting = answeredIn(cpu.answers, flow.place, flow.at);
  const expected = expectedJobs(flow, mix, load);
  if (sharesCpu(flow, cpu, mix, Math.max(load.jobs, expected))) {
    passShared(flow, cpu, mix, load, expected);
  } else passAtOnce(flow, cpu, mix, load.jobs);
}

/** Requests on a process at the end of the second, from the work that comes to it and what it gets done. */
function expectedJobs(flow: PodFlow, mix: ServiceMix, load: PodLoad): number {
  const { jobs, processes } = load;
  const { cpuBefore, cpuAfter, cpuSeconds } = mix;
  if (cpuSeconds === 0) return jobs;
  const done = jobs / (1 + jobs);
  const starting = Math.min(load.coming, Math.max(0, load.free) + (done * processes) / cpuSeconds);
  const work = (starting * cpuBefore + flow.doneWaiting * cpuAfter) / processes;
  return Math.max(0, jobs + (work - done) / cpuSeconds);
}

/**
 * Whether so many share a process that who came first matters; below that a request's CPU is over in a moment, and
 * the rings need not be kept.
 */
function sharesCpu(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, jobs: number): boolean {
  const { place, at } = flow;
  const wasShared = cpu.isShared[place] === 1;
  const isShared = jobs >= (wasShared ? sharedUntil : sharedFrom);
  if (isShared && !wasShared) {
    clearClock(cpu.clocks, place, at);
    fillStage(cpu.before, place, at, { count: flow.beginning, cpuSeconds: mix.cpuBefore });
    cpu.recorded[place] = cpu.before.entered[place * ringSeconds + (at & ringMask)] as number;
    fillStage(cpu.after, place, at, { count: flow.ending, cpuSeconds: mix.cpuAfter });
  }
  cpu.isShared[place] = isShared ? 1 : 0;
  return isShared;
}

function passAtOnce(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, jobs: number): void {
  flow.passBegin = throughCpu(1, mix.cpuBefore, jobs);
  flow.passAnswer = cpu.answers.time.sameSecond;
  flow.passEnd = throughCpu(1, mix.cpuAfter, jobs);
  flow.begunOld = flow.beginning * flow.passBegin;
  flow.answeredOld = flow.doneWaiting + flow.begunOld * flow.passAnswer;
  flow.endedOld = flow.ending * flow.passEnd;
}

/** Reused. */
const sharing = { from: 1, to: 1 };

/** Requests on a process by which a guess of their number may be wrong, of itself and the further one. */
const guessedWithin = 0.02;

/**
 * The more are on a process at the end of the second, the fewer get through in it: found by a guess and one step of
 * Newton's, its slope being about the work that comes in a second, or less where requests stay for longer than that.
 */
function passShared(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, load: PodLoad, expected: number): void {
  const { place, at } = flow;
  const further = furtherRequest(load.jobs, mix.cpuSeconds, load.knownRatio);
  sharing.from = load.jobs + further;
  sharing.to = expected + further;
  let share = clockShare(sharing);
  passWithShare(flow, cpu, mix, share);
  const reached = load.jobs + growthOf(flow, load);
  const wrong = reached - expected;
  if (Math.abs(wrong) > guessedWithin * (load.jobs + 1)) {
    const slope = 0.5 / Math.max(1, mix.cpuSeconds * (1 + expected));
    sharing.to = Math.max(0, expected + wrong / (1 - slope)) + further;
    share = clockShare(sharing);
    passWithShare(flow, cpu, mix, share);
  }
  flow.share = share;
  advanceClock(cpu.clocks, place, at, share);
}

/** Mean of 1 / n over a second in which n goes evenly from one number to another: 1 / the logarithmic mean, nearly. */
function clockShare({ from, to }: Sharing): number {
  return 3 / (2 * Math.sqrt(from * to) + (from + to) / 2);
}

function passWithShare(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, share: number): void {
  const { place, at } = flow;
  flow.passBegin = passNew(share, sharing, mix.cpuBefore);
  flow.passAnswer = cpu.answers.time.sameSecond;
  flow.passEnd = passNew(share, sharing, mix.cpuAfter);
  flow.begunOld = passOld(cpu.before, cpu.clocks, place, { at, share, cpuSeconds: mix.cpuBefore });
  flow.answeredOld = flow.doneWaiting + flow.begunOld * flow.passAnswer;
  flow.endedOld = passOld(cpu.after, cpu.clocks, place, { at, share, cpuSeconds: mix.cpuAfter });
}

/** By how many requests on one process this second ends with more than it began. */
function growthOf(flow: PodFlow, { coming, free, processes }: PodLoad): number {
  const started = Math.min(coming, Math.max(0, (free + endingOld(flow)) / (1 - endingNew(flow))));
  const begun = flow.begunOld + started * flow.passBegin;
  const answered = flow.answeredOld + started * flow.passBegin * flow.passAnswer;
  return (started - begun + answered - flow.endedOld - answered * flow.passEnd) / processes;
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
    findPassed(cpu.passing, cpu.before, cpu.clocks, place, {
      at,
      share: flow.share,
      cpuSeconds: mix.cpuBefore,
      coming: started,
      passingNew: flow.passBegin,
      recorded: cpu.recorded[place] as number,
    });
    enterStage(cpu.before, place, at, { count: started, passing: begunNew });
    enterStage(cpu.after, place, at, { count: answered, passing: endedNew });
  }
  flow.work = started * mix.cpuBefore + answered * mix.cpuAfter;
  flow.ended = flow.endedOld + endedNew;
  flow.beginning = Math.max(0, flow.beginning + started - flow.begun);
  flow.answering += flow.begun - answered;
  flow.ending = Math.max(0, flow.ending + answered - flow.ended);
}
