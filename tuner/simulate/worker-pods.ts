import { keepAnswers, moveAnswers } from './answer-stage.ts';
import { type Back, type BackSecond, recordBegun, recordDelay, recordLongQueued, waitedOf } from './back.ts';
import { variationOfCpuWait } from './cpu-chance.ts';
import type { UncertainDelay } from './delay-histogram.ts';
import { leaveQueue, ringPlace } from './fifo-queue.ts';
import { addFirstTokenDelay, cpuWaitOf, isLongWait } from './first-token-delays.ts';
import { delayLengths, placeBefore } from './handover.ts';
import { createPodLoad, passStages } from './pass-stages.ts';
import {
  createPodCpu,
  createPodFlow,
  endingNew,
  endingOld,
  finishSecond,
  meanEnding,
  type PodCpu,
  type PodFlow,
} from './pod-flow.ts';
import type { ServiceMix } from './service-mix.ts';
import { castLots, shareOut, startByLot, startScarce } from './share-runs.ts';
import { type SlotLoad, slotWaitOf } from './slot-wait.ts';

/** Workers that are followed one by one, for runs that share the CPU of one are not helped by that of another. */
export interface WorkerPods {
  readonly cpu: PodCpu;
  /** By place, as all columns here. */
  readonly flows: readonly PodFlow[];
  /** Runs on the CPU of one process. */
  readonly jobs: Float64Array;
  /** In this second: runs that try to begin on a pod, slots for them, and those that do. */
  readonly wanted: Float64Array;
  readonly room: Float64Array;
  readonly started: Float64Array;
  /** 1 where the rings of the CPU were kept in the second before. */
  readonly wasShared: Uint8Array;
  /** Runs that begin in a second, of late. */
  startedOfLate: number;
}

export function createWorkerPods(places: number, mix: ServiceMix): WorkerPods {
  const column = () => new Float64Array(places);
  return {
    cpu: createPodCpu(places, mix),
    flows: Array.from({ length: places }, createPodFlow),
    jobs: column(),
    wanted: column(),
    room: column(),
    started: column(),
    wasShared: new Uint8Array(places),
    startedOfLate: 0,
  };
}

/** From here on each pod is followed, with `share` of what all had, or with nothing as a new one. */
export function beginWorker(back: Back, own: WorkerPods, place: number, share: number): void {
  const flow = own.flows[place] as PodFlow;
  flow.place = place;
  flow.beginning = back.flow.beginning * share;
  flow.answering = back.flow.answering * share;
  flow.ending = back.flow.ending * share;
  own.jobs[place] = (flow.beginning + flow.ending) / back.model.processes;
  own.cpu.isShared[place] = 0;
  keepAnswers(own.cpu.answers, place, 0);
  if (share > 0) moveAnswers({ stage: back.cpu.answers, place: 0, share }, { stage: own.cpu.answers, place });
}

/** From here on all are one again. */
export function gatherWorkers(back: Back, own: WorkerPods, second: BackSecond): void {
  const { cpu, pods } = back;
  recordUnpassedOfWorkers(back, second);
  cpu.isShared[0] = 0;
  keepAnswers(cpu.answers, 0, 0);
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    moveAnswers({ stage: own.cpu.answers, place, share: 1 }, { stage: cpu.answers, place: 0 });
  }
}

/**
 * One second of workers of which each has its own slots and CPU.
 *
 * @param arrived runs that came to the queue, already in it
 * @returns runs that began; sums over all pods are in `back.flow`
 */
export function stepWorkers(back: Back, own: WorkerPods, arrived: number, second: BackSecond): number {
  const { pods, queued, model, flow } = back;
  const free = pods.readyCount * model.slotsPerReplica - flow.beginning - flow.answering - flow.ending;
  const available = back.waiting + arrived;
  const ending = expectRoom(back, own);
  const isScarce = available >= free + ending;
  if (isScarce) shareOut(back, own, available, free + ending);
  else castLots(back, own, available, second);
  const room = makeRoom(back, own, second.atSeconds);
  const started = isScarce
    ? startScarce(back, own, Math.min(available, room), room)
    : startByLot(back, own, available, room);
  own.startedOfLate += (started - own.startedOfLate) / smoothingSeconds;
  const excess = back.waiting - free + (arrived - ending) / 2;
  leaveQueue(back.queue, 0, second.atSeconds, { count: started, free });
  clearSums(flow);
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const begun = own.started[place] as number;
    meetCpu(back, own, place);
    if (begun > 0)
      recordStarts(
        back,
        own,
        { place, share: begun / started, excess, endingRate: ending, jobs: own.jobs[place] as number },
        second,
      );
    const podFlow = own.flows[place] as PodFlow;
    finishSecond(podFlow, own.cpu, queued, { started: begun, noise: second.noise });
    if (own.cpu.isShared[place] === 1) recordPassed(back, own, place, second);
    else if ((own.wasShared[place] as number) === 1) recordUnpassed(back, own, place, second);
    own.jobs[place] = (podFlow.beginning + podFlow.ending) / model.processes;
    addTo(flow, podFlow);
  }
  return started;
}

const smoothingSeconds = 5;

/** Slots that will be free on each pod in this second, as a mean. @returns runs that end, over all pods */
function expectRoom({ pods, queued, model }: Back, own: WorkerPods): number {
  let all = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const flow = own.flows[place] as PodFlow;
    const ending = meanEnding(flow, queued, own.jobs[place] as number);
    own.room[place] = Math.max(0, freeSlots(flow, model.slotsPerReplica) + ending);
    all += ending;
  }
  return all;
}

function freeSlots({ beginning, answering, ending }: PodFlow, slots: number): number {
  return slots - beginning - answering - ending;
}

/** Reused. */
const load = createPodLoad();

/** Moves on what runs. @returns slots for others over all pods */
function makeRoom({ pods, queued, model }: Back, own: WorkerPods, at: number): number {
  const { cpuSeconds } = queued;
  let room = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const flow = own.flows[place] as PodFlow;
    const free = freeSlots(flow, model.slotsPerReplica);
    own.wasShared[place] = own.cpu.isShared[place] as number;
    flow.at = at;
    load.jobs = own.jobs[place] as number;
    load.processes = model.processes;
    load.knownRatio = 1 / model.processes;
    load.cpuSeconds = cpuSeconds;
    load.cpuSecondsOfJob = cpuSeconds;
    load.coming = own.wanted[place] as number;
    load.free = free;
    passStages(flow, own.cpu, queued, load);
    const podRoom = Math.max(0, (free + endingOld(flow)) / (1 - endingNew(flow)));
    own.room[place] = podRoom;
    room += podRoom;
  }
  return room;
}

function clearSums(flow: PodFlow): void {
  flow.beginning = 0;
  flow.answering = 0;
  flow.ending = 0;
  flow.ended = 0;
  flow.work = 0;
}

function addTo(flow: PodFlow, of: PodFlow): void {
  flow.beginning += of.beginning;
  flow.answering += of.answering;
  flow.ending += of.ending;
  flow.ended += of.ended;
  flow.work += of.work;
}

/** What CPU a run meets that begins on a pod now; how the number there changes is told by what begins of late. */
function meetCpu({ cpuMet, queued, pods, model }: Back, own: WorkerPods, place: number): void {
  const jobs = own.jobs[place] as number;
  const coming = own.startedOfLate / (pods.readyCount * model.processes);
  cpuMet.jobs = jobs;
  cpuMet.growth = queued.cpuSeconds > 0 ? coming - jobs / (jobs + 1) / queued.cpuSeconds : 0;
  cpuMet.variation = variationOfCpuWait(jobs, queued.cpuSeconds, model.processes);
  cpuMet.most = model.slotsPerReplica - (own.flows[place] as PodFlow).answering;
}

/** Delays of the runs that begin on a pod: the same share of all that leave the queue. See recordPassed for the rest. */
function recordStarts(
  back: Back,
  own: WorkerPods,
  starts: SlotLoad & { readonly place: number; readonly share: number },
  second: BackSecond,
): void {
  const { place, share } = starts;
  const { count, wait, weight, second: came } = back.queue.parts;
  const isLong = own.cpu.isShared[place] === 1 && isLongWait(second.cpuSecondsBeforeFirstToken, back.cpuMet);
  let waits = 0;
  let begun = 0;
  let all = 0;
  for (let part = 0; part < count; part++) {
    const inQueue = slotWaitOf(wait[part] as number, starts);
    for (let length = 0; length < delayLengths; length++) {
      const before = placeBefore(came[part] as number, length);
      const runs = (weight[part] as number) * share * (back.before.shares[before] as number);
      if (runs === 0) continue;
      const waited = waitedOf(back, before, inQueue);
      if (!isLong) recordDelay(back, waited, runs, second);
      else {
        const inTime = recordLongQueued(back, waited, runs, second);
        waits += waited.mean * inTime;
        begun += inTime;
        all += runs;
      }
    }
  }
  // Not a number: they are recorded already, or nobody waits for most of them.
  if (isLong) own.cpu.lastLong[place] = second.atSeconds;
  own.cpu.slotWait[ringPlace(place, second.atSeconds)] =
    isLong && begun > all / 2 ? waits / begun : Number.NaN;
}

/** Reused. */
const before: UncertainDelay = { mean: 0, deviation: 0 };

/** First tokens of the runs that get to them in this second, after a long wait for CPU. */
function recordPassed(
  { cpuMet }: Back,
  { cpu }: WorkerPods,
  place: number,
  { firstTokenDelays, cpuSecondsBeforeFirstToken }: BackSecond,
): void {
  const { count, second: came, wait, weight } = cpu.passing;
  for (let part = 0; part < count; part++) {
    const slotWait = cpu.slotWait[ringPlace(place, came[part] as number)] as number;
    if (Number.isNaN(slotWait)) continue;
    before.mean = slotWait;
    const cpuWait = cpuWaitOf(wait[part] as number, cpuSecondsBeforeFirstToken, cpuMet);
    addFirstTokenDelay(firstTokenDelays, weight[part] as number, before, cpuWait);
  }
}

/** First tokens of runs on the first stage of CPU, of whom it will not be seen when they get through. */
function recordUnpassed(back: Back, own: WorkerPods, place: number, second: BackSecond): void {
  const { beginning } = own.flows[place] as PodFlow;
  const waited = own.cpu.slotWait[ringPlace(place, second.atSeconds - 1)] as number;
  if (beginning <= 0 || Number.isNaN(waited)) return;
  meetCpu(back, own, place);
  back.cpuMet.growth = 0;
  recordBegun(back, { mean: waited, deviation: 0 }, beginning, second);
}

/** The same for all pods: from here on they are one, or the simulation ends. */
export function recordUnpassedOfWorkers(back: Back, second: BackSecond): void {
  const { own, pods } = back;
  if (own === null || !back.isFollowed) return;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    if (own.cpu.isShared[place] === 1) recordUnpassed(back, own, place, second);
  }
}
