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
} from './cpu-stage.ts';
import { drawEnded } from './draw-ended.ts';
import type { ServiceMix } from './service-mix.ts';

/** The processes of pods, and the requests on their CPU before and after the first token. */
export interface PodCpu {
  readonly clocks: CpuClocks;
  readonly before: CpuStages;
  readonly after: CpuStages;
  /** 1 for places whose rings are kept: see sharesCpu. */
  readonly isShared: Uint8Array;
}

/** @param places one for each pod, or for all pods that are taken together */
export function createPodCpu(places: number): PodCpu {
  return {
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
}

export function createPodFlow(): PodFlow {
  return {
    place: 0,
    at: 0,
    beginning: 0,
    answering: 0,
    ending: 0,
    passBegin: 1,
    passAnswer: 1,
    passEnd: 1,
    begunOld: 0,
    answeredOld: 0,
    endedOld: 0,
    begun: 0,
    ended: 0,
    work: 0,
  };
}

/** Requests on a process, mean, from which on their order counts, and below which it no longer does. */
const sharedFrom = 0.6;
const sharedUntil = 0.4;

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
    fillStage(cpu.after, place, at, { count: flow.ending, cpuSeconds: mix.cpuAfter });
  }
  cpu.isShared[place] = isShared ? 1 : 0;
  return isShared;
}

/** @param load requests on the process in this second, and how much of their chance is known: see furtherRequest */
export function passStages(
  flow: PodFlow,
  cpu: PodCpu,
  mix: ServiceMix,
  load: { readonly jobs: number; readonly knownRatio: number },
): void {
  if (sharesCpu(flow, cpu, mix, load.jobs)) passShared(flow, cpu, mix, load);
  else passAtOnce(flow, mix, load.jobs);
}

function passAtOnce(flow: PodFlow, mix: ServiceMix, jobs: number): void {
  flow.passBegin = throughCpu(1, mix.cpuBefore, jobs);
  flow.passAnswer = 1 - mix.newSurviving;
  flow.passEnd = throughCpu(1, mix.cpuAfter, jobs);
  flow.begunOld = flow.beginning * flow.passBegin;
  flow.answeredOld = flow.answering * (1 - mix.surviving) + flow.begunOld * flow.passAnswer;
  flow.endedOld = flow.ending * flow.passEnd;
}

function passShared(
  flow: PodFlow,
  cpu: PodCpu,
  mix: ServiceMix,
  load: { readonly jobs: number; readonly knownRatio: number },
): void {
  const { place, at } = flow;
  const { jobs, knownRatio } = load;
  const share = advanceClock(cpu.clocks, place, at, jobs + furtherRequest(jobs, mix.cpuSeconds, knownRatio));
  flow.passBegin = passNew(share, mix.cpuBefore);
  flow.passAnswer = 1 - mix.newSurviving;
  flow.passEnd = passNew(share, mix.cpuAfter);
  flow.begunOld = passOld(cpu.before, cpu.clocks, place, { at, share, cpuSeconds: mix.cpuBefore });
  flow.answeredOld = flow.answering * (1 - mix.surviving) + flow.begunOld * flow.passAnswer;
  flow.endedOld = passOld(cpu.after, cpu.clocks, place, { at, share, cpuSeconds: mix.cpuAfter });
}

/** Of the requests that were there, those that end in this second. */
export function endingOld(flow: PodFlow): number {
  return flow.endedOld + flow.answeredOld * flow.passEnd;
}

/** Of a request that begins in this second, the chance that it ends in it. */
export function endingNew(flow: PodFlow): number {
  return flow.passBegin * flow.passAnswer * flow.passEnd;
}

/** Lets chance decide how many are done waiting for others. @param luck standard normal */
export function drawAnswers(flow: PodFlow, mix: ServiceMix, isFull: boolean, luck: number): void {
  // While all slots are taken, what ends makes room for what begins, and only service times differ.
  const variance = flow.answeredOld * (isFull ? mix.squaredVariation : mix.surviving);
  const most = flow.answering + flow.begunOld;
  flow.answeredOld = Math.min(most, drawEnded(flow.answeredOld, variance, luck));
}

/** `started` requests begin, and all move on. */
export function finishSecond(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, started: number): void {
  const { place, at } = flow;
  const begunNew = started * flow.passBegin;
  const answered = flow.answeredOld + begunNew * flow.passAnswer;
  const endedNew = answered * flow.passEnd;
  if (cpu.isShared[place] === 1) {
    enterStage(cpu.before, place, at, { count: started, passing: begunNew });
    enterStage(cpu.after, place, at, { count: answered, passing: endedNew });
  }
  flow.work = started * mix.cpuBefore + answered * mix.cpuAfter;
  flow.begun = flow.begunOld + begunNew;
  flow.ended = flow.endedOld + endedNew;
  flow.beginning = Math.max(0, flow.beginning + started - flow.begun);
  flow.answering = Math.max(0, flow.answering + flow.begun - answered);
  flow.ending = Math.max(0, flow.ending + answered - flow.ended);
}
