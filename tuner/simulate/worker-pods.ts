import { keepAnswers, moveAnswers } from './answer-stage.ts';
import { type Back, type BackSecond, recordBegun, recordDelay, recordQueued } from './back.ts';
import { variationOfCpuWait } from './cpu-chance.ts';
import { leaveQueue, ringMask, ringPlace } from './fifo-queue.ts';
import { addFirstTokenDelay, isLongWait } from './first-token-delays.ts';
import { noiseMask } from './noise.ts';
import {
  createPodCpu,
  createPodFlow,
  endingNew,
  endingOld,
  finishSecond,
  meanEnding,
  type PodCpu,
  type PodFlow,
  passStages,
} from './pod-flow.ts';
import type { ServiceMix } from './service-mix.ts';
import { slotWaitSeconds } from './slot-wait.ts';
import { spreadArrivals } from './spread-arrivals.ts';

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
  const slotWait = slotWaitSeconds(back.waiting - free + (arrived - ending) / 2, ending);
  leaveQueue(back.queue, 0, second.atSeconds, started);
  clearSums(flow);
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const begun = own.started[place] as number;
    meetCpu(back, own, place);
    if (begun > 0) recordStarts(back, own, { place, share: begun / started, slotWait }, second);
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

/** Whoever has a slot takes a run. */
function shareOut({ pods }: Back, own: WorkerPods, runs: number, room: number): void {
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    own.wanted[place] = room > 0 ? runs * ((own.room[place] as number) / room) : 0;
  }
}

const drawsPerSecond = 29;

/** While slots are free, a run goes to any of the pods. */
function castLots({ pods }: Back, own: WorkerPods, runs: number, { noise, atSeconds }: BackSecond): void {
  own.wanted.fill(0);
  const whole = Math.floor(runs);
  const at = Math.imul(atSeconds, drawsPerSecond) + 20_011;
  spreadArrivals(pods, own.wanted, whole, { noise, at });
  const luck = noise.uniform[(at + whole) & noiseMask] as number;
  const place = pods.ready[(luck * pods.readyCount) | 0] as number;
  own.wanted[place] = (own.wanted[place] as number) + runs - whole;
}

/** Moves on what runs. @returns slots for others over all pods */
function makeRoom({ pods, queued, model }: Back, own: WorkerPods, at: number): number {
  const { processes } = model;
  let room = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const flow = own.flows[place] as PodFlow;
    const free = freeSlots(flow, model.slotsPerReplica);
    const jobs = own.jobs[place] as number;
    own.wasShared[place] = own.cpu.isShared[place] as number;
    const coming = own.wanted[place] as number;
    flow.at = at;
    passStages(flow, own.cpu, queued, { jobs, processes, knownRatio: 1 / processes, coming, free });
    const podRoom = Math.max(0, (free + endingOld(flow)) / (1 - endingNew(flow)));
    own.room[place] = podRoom;
    room += podRoom;
  }
  return room;
}

function startScarce({ pods }: Back, own: WorkerPods, started: number, room: number): number {
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    own.started[place] = room > 0 ? (own.room[place] as number) * (started / room) : 0;
  }
  return started;
}

/** Runs whose pod has no slot for them go to those that have. */
function startByLot({ pods }: Back, own: WorkerPods, available: number, room: number): number {
  let started = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const begun = Math.min(own.wanted[place] as number, own.room[place] as number);
    own.started[place] = begun;
    started += begun;
  }
  const spare = room - started;
  const share = spare > 0 ? Math.min(1, Math.max(0, available - started) / spare) : 0;
  if (share === 0) return started;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    const begun = own.started[place] as number;
    own.started[place] = begun + share * ((own.room[place] as number) - begun);
  }
  return started + share * spare;
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
  starts: { readonly place: number; readonly share: number; readonly slotWait: number },
  second: BackSecond,
): void {
  const { place, share, slotWait } = starts;
  const { count, wait, weight, second: came } = back.queue.parts;
  const isLong = own.cpu.isShared[place] === 1 && isLongWait(second.cpuSecondsBeforeFirstToken, back.cpuMet);
  let waits = 0;
  let begun = 0;
  for (let part = 0; part < count; part++) {
    const before = back.delayBefore[(came[part] as number) & ringMask] as number;
    const waited = (wait[part] as number) + slotWait + before;
    const runs = (weight[part] as number) * share;
    if (!isLong) recordDelay(back, waited, runs, second);
    else if (recordQueued(back, waited, runs, second)) {
      waits += waited * runs;
      begun += runs;
    }
  }
  // Not a number: they are recorded already, or nobody waits for any of them.
  own.cpu.slotWait[ringPlace(place, second.atSeconds)] = isLong ? waits / begun : Number.NaN;
}

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
    addFirstTokenDelay(firstTokenDelays, weight[part] as number, {
      slotWait,
      cpuWait: wait[part] as number,
      variation: cpuMet.variation,
      mostCpuWait: cpuSecondsBeforeFirstToken * cpuMet.most,
    });
  }
}

/** First tokens of runs on the first stage of CPU, of whom it will not be seen when they get through. */
function recordUnpassed(back: Back, own: WorkerPods, place: number, second: BackSecond): void {
  const { beginning } = own.flows[place] as PodFlow;
  const waited = own.cpu.slotWait[ringPlace(place, second.atSeconds - 1)] as number;
  if (beginning <= 0 || Number.isNaN(waited)) return;
  meetCpu(back, own, place);
  back.cpuMet.growth = 0;
  recordBegun(back, waited, beginning, second);
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
