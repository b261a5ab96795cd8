import {
  type AnswerStage,
  answeredIn,
  createAnswerStage,
  enterAnswers,
  fillAnswers,
} from './answer-stage.ts';
import { answerTimeOf } from './answer-time.ts';
import { throughCpu } from './cpu-sharing.ts';
import {
  type CpuClocks,
  type CpuNeed,
  type CpuStages,
  createCpuStages,
  enterStage,
  fillStage,
  passNew,
  passOld,
  type Sharing,
} from './cpu-stage.ts';
import { type QueueParts, ringPlace, ringSeconds } from './fifo-queue.ts';
import { createPassedParts, findPassed, type PassedParts } from './passed-parts.ts';
import type { ServiceMix } from './service-mix.ts';

/**
 * Runs that pods relay, while they are on the CPU there: until they are handed to the queue (accepting), and when their
 * worker is done with them (closing). Both take as long at full speed, so they are one stage of the pod's CPU.
 */
export interface RelayStage {
  /** CPU at full speed of each of both. */
  readonly cpuSeconds: number;
  /** The same; all runs need it alike. */
  readonly need: CpuNeed;
  readonly stage: CpuStages;
  /** Of those that come to the stage in each second, the share that is to be accepted; a ring per pod. */
  readonly acceptShare: Float64Array;
  /** Of the requests that came to a pod in each second, the share that is relayed; a ring per pod. */
  readonly shareOfCome: Float64Array;
  /** Of those that begin in each second, what they waited for a slot: mean and variance; a ring per pod. */
  readonly slotWait: Float64Array;
  readonly slotVariance: Float64Array;
  /** Whether the next two are kept: see findDue. */
  isFollowed: boolean;
  /** Runs that were handed over, by when they would end if none waited; a ring per pod. */
  readonly runs: AnswerStage;
  /** Of those that would have ended by now, how many have not, per pod. */
  readonly due: Float64Array;
  /** Over all pods: of those, and of all that are in the queue or on workers. */
  dueOfAll: number;
  runningOfAll: number;
  /** Those that pass the stage in this second; reused. */
  readonly passing: PassedParts;
  /** Of the pod that is being worked out: at the beginning of the second, and when that is done at its end. */
  accepting: number;
  closing: number;
  /** Runs that end in this second, and so come to the stage. */
  ended: number;
  /** Of those that come to it in this second the share that passes; of those that were there, the number. */
  pass: number;
  passedOld: number;
}

/** @param mix of relayed runs: one half of their CPU comes before they are handed over and one after they have ended */
export function createRelayStage(places: number, mix: ServiceMix): RelayStage {
  const ring = () => new Float64Array(places * ringSeconds);
  return {
    cpuSeconds: mix.cpuSeconds / 2,
    need: { cpuSeconds: mix.cpuSeconds / 2, deviation: 0 },
    stage: createCpuStages(places),
    acceptShare: ring(),
    shareOfCome: ring(),
    slotWait: ring(),
    slotVariance: ring(),
    runs: createAnswerStage(places, answerTimeOf(mix.waitSeconds, mix.waitSquaredVariation)),
    isFollowed: false,
    due: new Float64Array(places),
    dueOfAll: 0,
    runningOfAll: 0,
    passing: createPassedParts(),
    accepting: 0,
    closing: 0,
    ended: 0,
    pass: 1,
    passedOld: 0,
  };
}

/** The rings of a pod begin anew at second `at`. */
export function fillRelays(relays: RelayStage, place: number, at: number): void {
  const { cpuSeconds, accepting, closing } = relays;
  const count = accepting + closing;
  fillStage(relays.stage, place, at, { count, cpuSeconds });
  relays.acceptShare[ringPlace(place, at - 1)] = count > 0 ? accepting / count : 0;
}

/** Where so few share a process that their order does not matter. @param jobs on it */
export function passRelaysAtOnce(relays: RelayStage, jobs: number): void {
  relays.pass = throughCpu(1, relays.cpuSeconds, jobs);
  relays.passedOld = (relays.accepting + relays.closing) * relays.pass;
}

export function passRelays(relays: RelayStage, clocks: CpuClocks, sharing: Sharing, flow: RelayStep): void {
  relays.pass = passNew(flow.share, sharing, relays.need);
  relays.passedOld = passOld(relays.stage, clocks, flow.place, flow, relays.need);
}

/** A second of a pod, in which the clock of its process moves on by `share`. */
export interface RelayStep {
  readonly place: number;
  readonly at: number;
  readonly share: number;
}

/** From second `at` on a pod relays so many runs, which have been under way for a while. */
export function fillRuns({ runs, due }: RelayStage, place: number, at: number, count: number): void {
  fillAnswers(runs, place, at, count);
  due[place] = 0;
}

/** `count` runs were handed over in a second: each is due when it would end if it did not wait. */
export function enterRuns({ runs, due }: RelayStage, place: number, come: RunsCome): void {
  due[place] = (due[place] as number) + enterAnswers(runs, place, come);
}

type RunsCome = Parameters<typeof enterAnswers>[2];

/** Runs that are due in second `at` at the latest. */
export function dueIn({ runs, due }: RelayStage, place: number, at: number): number {
  due[place] = (due[place] as number) + answeredIn(runs, place, at);
  return due[place] as number;
}

/** By how many more are on the CPU at the end of the second than at its beginning, if `started` begin. */
export function growthOfRelays({ ended, pass, passedOld }: RelayStage, started: number): number {
  return (started + ended) * (1 - pass) - passedOld;
}

/** Relayed requests that leave the pod in this second: about, as those on the CPU are taken to be alike. */
export function leavingRelays({ accepting, closing, passedOld, ended, pass }: RelayStage): number {
  const onCpu = accepting + closing;
  return (onCpu > 0 ? passedOld * (closing / onCpu) : 0) + ended * pass;
}

/** `started` runs begin, and all move on. @returns runs handed over */
export function finishRelaysAtOnce(relays: RelayStage, started: number): number {
  const { passedOld, pass, accepting, closing } = relays;
  const onCpu = accepting + closing;
  const accepted = started * pass + (onCpu > 0 ? passedOld * (accepting / onCpu) : 0);
  moveOn(relays, started, accepted);
  return accepted;
}

/** The same where the rings are kept: `passing` tells after how long they are. */
export function finishRelays(
  relays: RelayStage,
  clocks: CpuClocks,
  flow: RelayStep,
  started: number,
): number {
  const { ended, pass, cpuSeconds, passing, stage } = relays;
  const { place, at, share } = flow;
  const coming = started + ended;
  relays.acceptShare[ringPlace(place, at)] = coming > 0 ? started / coming : 0;
  findPassed(passing, stage, clocks, place, { at, share, cpuSeconds, coming, passingNew: pass, recorded: 0 });
  enterStage(stage, place, at, { count: coming, passing: coming * pass });
  const accepted = acceptedAmong(relays, place);
  moveOn(relays, started, accepted);
  return accepted;
}

function moveOn(relays: RelayStage, started: number, accepted: number): void {
  const { accepting, closing, ended, passedOld, pass } = relays;
  const closed = passedOld + (started + ended) * pass - accepted;
  relays.accepting = Math.max(0, accepting + started - accepted);
  relays.closing = Math.max(0, closing + ended - closed);
}

function acceptedAmong({ passing, acceptShare }: RelayStage, place: number): number {
  const { count, second, weight } = passing;
  let sum = 0;
  for (let part = 0; part < count; part++) {
    sum += (weight[part] as number) * (acceptShare[ringPlace(place, second[part] as number)] as number);
  }
  return sum;
}

/** Of those that left a backlog in the last call, the number that is relayed. */
export function relaysAmong(
  { shareOfCome }: RelayStage,
  place: number,
  { count, second, weight }: QueueParts,
): number {
  let sum = 0;
  for (let part = 0; part < count; part++) {
    sum += (weight[part] as number) * (shareOfCome[ringPlace(place, second[part] as number)] as number);
  }
  return sum;
}
