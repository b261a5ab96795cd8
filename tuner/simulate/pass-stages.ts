import { answeredIn } from './answer-stage.ts';
import { furtherRequest } from './cpu-chance.ts';
import { throughCpu } from './cpu-sharing.ts';
import { advanceClock, clearClock, fillStage, passNew, passOld, type Sharing } from './cpu-stage.ts';
import { ringMask, ringSeconds } from './fifo-queue.ts';
import { endingNew, endingOld, type PodCpu, type PodFlow } from './pod-flow.ts';
import {
  fillRelays,
  growthOfRelays,
  leavingRelays,
  passRelays,
  passRelaysAtOnce,
  type RelayStage,
} from './relay-stage.ts';
import type { ServiceMix } from './service-mix.ts';

/** Requests on a process, mean, from which on their order counts, and below which it no longer does. */
const sharedFrom = 0.6;
const sharedUntil = 0.4;

/** What a second of a pod begins with; made once and reused. */
export interface PodLoad {
  /** Requests on the CPU of one process, those that are relayed included. */
  jobs: number;
  processes: number;
  /** How much of their chance is known: see furtherRequest. */
  knownRatio: number;
  /** CPU seconds of a request that comes, and of one that is there: mean over all kinds. */
  cpuSeconds: number;
  cpuSecondsOfJob: number;
  /** Requests that want to begin here in this second, and the slots that are free for them. */
  coming: number;
  free: number;
  /** Of those that come, the first whose client has left, and by how much of a slot less than all others they take it. */
  goneFirst: number;
  goneChatsPassing: number;
  /** Slots that come free in this second as clients are missed, beside those of requests that end. */
  released: number;
  /** Of them, the share that is relayed, 0–1; null where none ever is. */
  relayShare: number;
  relays: RelayStage | null;
}

export function createPodLoad(): PodLoad {
  return {
    jobs: 0,
    processes: 1,
    knownRatio: 1,
    cpuSeconds: 0,
    cpuSecondsOfJob: 0,
    coming: 0,
    free: 0,
    goneFirst: 0,
    goneChatsPassing: 0,
    released: 0,
    relayShare: 0,
    relays: null,
  };
}

/** Reckons how many of the requests that are on the CPU, or come to it, get through in this second. */
export function passStages(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, load: PodLoad): void {
  flow.doneWaiting = answeredIn(cpu.answers, flow.place, flow.at);
  const expected = expectedJobs(flow, mix, load);
  if (sharesCpu(flow, cpu, mix, load, expected)) passShared(flow, cpu, mix, load, expected);
  else passAtOnce(flow, cpu, mix, load);
}

/** Requests on a process at the end of the second, from the work that comes to it and what it gets done. */
function expectedJobs(flow: PodFlow, mix: ServiceMix, load: PodLoad): number {
  const { jobs, processes, cpuSeconds, relays, relayShare } = load;
  if (cpuSeconds === 0) return jobs;
  const done = jobs / (1 + jobs);
  const starting = Math.min(load.coming, Math.max(0, load.free) + (done * processes) / cpuSeconds);
  let work = starting * (1 - relayShare) * mix.cpuBefore + flow.doneWaiting * mix.cpuAfter;
  if (relays !== null) work += (starting * relayShare + relays.ended) * relays.cpuSeconds;
  return Math.max(0, jobs + (work / processes - done) / load.cpuSecondsOfJob);
}

/**
 * Whether so many share a process that who came first matters; below that a request's CPU is over in a moment, and
 * the rings need not be kept.
 */
function sharesCpu(
  flow: PodFlow,
  cpu: PodCpu,
  mix: ServiceMix,
  { jobs, relays }: PodLoad,
  expected: number,
): boolean {
  const { place, at } = flow;
  const wasShared = cpu.isShared[place] === 1;
  const isShared = Math.max(jobs, expected) >= (wasShared ? sharedUntil : sharedFrom);
  if (isShared && !wasShared) {
    clearClock(cpu.clocks, place, at);
    fillStage(cpu.before, place, at, { count: flow.beginning, cpuSeconds: mix.cpuBefore });
    cpu.recorded[place] = cpu.before.entered[place * ringSeconds + (at & ringMask)] as number;
    fillStage(cpu.after, place, at, { count: flow.ending, cpuSeconds: mix.cpuAfter });
    if (relays !== null) fillRelays(relays, place, at);
  }
  cpu.isShared[place] = isShared ? 1 : 0;
  return isShared;
}

function passAtOnce(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, { jobs, relays }: PodLoad): void {
  flow.passBegin = throughCpu(1, mix.cpuBefore, jobs);
  flow.passAnswer = cpu.answers.time.sameSecond;
  flow.passEnd = throughCpu(1, mix.cpuAfter, jobs);
  flow.begunOld = flow.beginning * flow.passBegin;
  flow.answeredOld = flow.doneWaiting + flow.begunOld * flow.passAnswer;
  flow.endedOld = flow.ending * flow.passEnd;
  if (relays !== null) passRelaysAtOnce(relays, jobs);
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
  const further = furtherRequestOf(load, mix);
  sharing.from = load.jobs + further;
  sharing.to = expected + further;
  passWithClock(flow, cpu, mix, load);
  const reached = load.jobs + growthOf(flow, load);
  const wrong = reached - expected;
  if (Math.abs(wrong) > guessedWithin * (load.jobs + 1)) {
    const slope = 0.5 / Math.max(1, load.cpuSecondsOfJob * (1 + expected));
    sharing.to = Math.max(0, expected + wrong / (1 - slope)) + further;
    passWithClock(flow, cpu, mix, load);
  }
  advanceClock(cpu.clocks, flow.place, flow.at, flow.share);
}

/**
 * The further request of {@link furtherRequest}, which is half where all slots are taken and all who hold one are on the
 * CPU: then one begins just when another ends, so that of those who come to the CPU only the half that is done with
 * waiting for others does so by chance.
 *
 * Of a change in how many hold a slot, those on the CPU take 1 / (1 + wait / (cpu · (1 + n)²)), as n = ρ / (1 - ρ).
 */
function furtherRequestOf(
  { jobs, cpuSeconds, cpuSecondsOfJob, knownRatio, coming, free }: PodLoad,
  mix: ServiceMix,
) {
  const further = furtherRequest(jobs, cpuSecondsOfJob, knownRatio);
  const atOnce = Math.max(0, free);
  if (coming <= atOnce) return further;
  const onCpu = 1 / (1 + mix.waitSeconds / (cpuSeconds * (1 + jobs) * (1 + jobs)));
  return further * (1 - 0.5 * onCpu * ((coming - atOnce) / coming));
}

/** Mean of 1 / n over a second in which n goes evenly from one number to another: 1 / the logarithmic mean, nearly. */
function clockShare({ from, to }: Sharing): number {
  return 3 / (2 * Math.sqrt(from * to) + (from + to) / 2);
}

function passWithClock(flow: PodFlow, cpu: PodCpu, mix: ServiceMix, { relays }: PodLoad): void {
  const { place } = flow;
  const share = clockShare(sharing);
  flow.share = share;
  flow.passBegin = passNew(share, sharing, mix.needBefore);
  flow.passAnswer = cpu.answers.time.sameSecond;
  flow.passEnd = passNew(share, sharing, mix.needAfter);
  flow.begunOld = passOld(cpu.before, cpu.clocks, place, flow, mix.needBefore);
  flow.answeredOld = flow.doneWaiting + flow.begunOld * flow.passAnswer;
  flow.endedOld = passOld(cpu.after, cpu.clocks, place, flow, mix.needAfter);
  if (relays !== null) passRelays(relays, cpu.clocks, sharing, flow);
}

/** By how many requests on one process this second ends with more than it began. */
function growthOf(flow: PodFlow, load: PodLoad): number {
  const { relays, relayShare } = load;
  const all = startingIn(flow, load);
  const started = all * (1 - relayShare);
  const growthOfOthers = relays === null ? 0 : growthOfRelays(relays, all * relayShare);
  const begun = flow.begunOld + started * flow.passBegin;
  const answered = flow.answeredOld + started * flow.passBegin * flow.passAnswer;
  const growth = started - begun + answered - flow.endedOld - answered * flow.passEnd;
  return (growth + growthOfOthers) / load.processes;
}

/**
 * Requests that begin in a second: a full pod takes in as many as end, and some of those end in the same second.
 * Relayed ones do not: their run takes a while. Those at the head whose client has left soon make room for others, runs
 * as soon as they are accepted.
 */
export function startingIn(flow: PodFlow, load: PodLoad): number {
  const { coming, free, relays, relayShare, goneFirst, released } = load;
  const leaving = endingOld(flow) + (relays === null ? 0 : leavingRelays(relays));
  const room = free + leaving + released;
  const perRequest = 1 - (1 - relayShare) * endingNew(flow);
  if (goneFirst > 0) return Math.min(coming, Math.max(0, startingAfterGone(load, room, perRequest)));
  const fitting = room / perRequest;
  return Math.min(coming, Math.max(0, fitting));
}

/** Less of a slot than this nothing takes: it is accepted first. */
const leastOfSlot = 0.02;

function startingAfterGone(
  { goneFirst, goneChatsPassing, relays, relayShare }: PodLoad,
  room: number,
  perRequest: number,
): number {
  const passing = (1 - relayShare) * goneChatsPassing + relayShare * (relays?.pass ?? 0);
  const perGone = Math.max(leastOfSlot, 1 - passing);
  const ofGone = room / perGone;
  return ofGone <= goneFirst ? ofGone : goneFirst + (room - goneFirst * perGone) / perRequest;
}
