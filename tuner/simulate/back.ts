import { expectedJobs, throughCpu } from './cpu-sharing.ts';
import { addDelay, type DelayHistogram } from './delay-histogram.ts';
import {
  clearQueue,
  createFifoQueues,
  enterQueue,
  type FifoQueues,
  leaveQueue,
  ringMask,
  ringSeconds,
} from './fifo-queue.ts';
import { addFirstTokenDelay, type CpuMet, cpuWaitSeconds } from './first-token-delays.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';
import { mostWithoutWaiting } from './most-without-waiting.ts';
import { type Noise, noiseMask } from './noise.ts';
import {
  createPodCpu,
  createPodFlow,
  drawAnswers,
  endingNew,
  endingOld,
  finishSecond,
  type PodCpu,
  type PodFlow,
  passStages,
} from './pod-flow.ts';
import type { Pods } from './pods.ts';
import { type ServiceMix, serviceMix } from './service-mix.ts';
import { slotWaitSeconds } from './slot-wait.ts';

/**
 * A component whose pods take work from one queue, as many at once as they have slots.
 *
 * Pods are taken to be equally busy: whoever has a free slot takes the next run. Runs that a worker has fetched
 * and not begun count as waiting, and are not bound to that worker.
 */
export interface Back {
  readonly model: ComponentModel;
  readonly pods: Pods;
  readonly queued: ServiceMix;
  /** Runs that wait; of those that came in a second, the mean delay they had met before. */
  readonly queue: FifoQueues;
  readonly delayBefore: Float64Array;
  waiting: number;
  /** Whether no run came near to waiting in the last second; the rings are not kept then. */
  wasCalm: boolean;
  /** What changes little while calm, worked out every few seconds: see FrontPool. */
  readonly calm: CalmWorkers;
  /** Runs being worked on, over all pods; the processes of all pods are taken as one of many times its CPU. */
  readonly cpu: PodCpu;
  readonly flow: PodFlow;
  /** Runs on pods that are terminating. */
  detached: number;
  /** Runs on the CPU of one process. */
  readonly cpuMet: CpuMet;
  /** CPU used so far for runs, milliseconds per pod. */
  cpuMilliseconds: number;
  /** CPU that is wanted and not used yet, milliseconds over all pods. */
  owedCpu: number;
  busyMilliseconds: number;
  /** Of the runs in the queue and on workers, the share that ended in the last second. */
  endedRatio: number;
  lostRuns: number;
  /** Runs that began after their client had given up. */
  abandoned: number;
}

/** Workers while none is near a limit: what changes little is worked out every few seconds, as in FrontPool. */
export interface CalmWorkers {
  refreshAt: number;
  mostRunning: number;
  passBegin: number;
  passEnd: number;
  /** Runs whose delays are not recorded yet, and the sum of these. */
  unrecorded: number;
  unrecordedDelays: number;
}

/** Of the wait for CPU around its mean: pods are followed together, so the luck of one is not. Fitted likewise. */
const variationOverPods = 0.75;

export function createBack(
  model: SimulationModel,
  component: ComponentModel,
  pods: Pods,
  demand: Demand,
): Back | null {
  const queued = serviceMix(model, component, 'queued', demand);
  if (queued === null) return null;
  const back: Back = {
    model: component,
    pods,
    queued,
    queue: createFifoQueues(1),
    delayBefore: new Float64Array(ringSeconds),
    waiting: 0,
    wasCalm: true,
    calm: { refreshAt: 0, mostRunning: 0, passBegin: 1, passEnd: 1, unrecorded: 0, unrecordedDelays: 0 },
    cpu: createPodCpu(1),
    flow: createPodFlow(),
    detached: 0,
    cpuMet: { jobs: 0, growth: 0, variation: variationOverPods },
    cpuMilliseconds: 0,
    owedCpu: 0,
    busyMilliseconds: 0,
    endedRatio: 0,
    lostRuns: 0,
    abandoned: 0,
  };
  return back;
}

export function runningRuns({ flow }: Back): number {
  return flow.beginning + flow.answering + flow.ending;
}

/**
 * Runs on pods that were scaled in go on until the grace is over; those that live longer are lost.
 *
 * @returns runs lost
 */
export function applyWorkerChanges(back: Back): number {
  const { pods, queued, flow } = back;
  back.calm.refreshAt = 0;
  if (pods.left.length === 0) return 0;
  const share = pods.left.length / (pods.readyCount + pods.left.length);
  const taken = runningRuns(back) * share;
  back.lostRuns += taken * queued.outlivesGraceRatio;
  back.detached += taken * (1 - queued.outlivesGraceRatio);
  flow.beginning *= 1 - share;
  flow.answering *= 1 - share;
  flow.ending *= 1 - share;
  // The CPU rings hold the runs that left as well: they begin anew.
  back.cpu.isShared[0] = 0;
  return taken * queued.outlivesGraceRatio;
}

export interface BackSecond {
  readonly noise: Noise;
  atSeconds: number;
  readonly requestTimeoutSeconds: number;
  /** CPU seconds before the first token at full speed. */
  readonly cpuSecondsBeforeFirstToken: number;
  readonly queueDelays: DelayHistogram;
  readonly firstTokenDelays: DelayHistogram;
}

/** Moves the queue and all workers on by one second, in which `arrived` runs were enqueued. */
export function stepBack(back: Back, arrived: number, delayBefore: number, second: BackSecond): void {
  if (isCalm(back, arrived)) {
    back.wasCalm = true;
    stepCalm(back, arrived, delayBefore, second);
    return;
  }
  if (back.wasCalm) leaveCalm(back, second);
  back.wasCalm = false;
  stepBusy(back, arrived, delayBefore, second);
}

/** Runs on the CPU of a process, mean, up to which chance has no part in how they share it. */
const calmCpuJobs = 0.6;
/** How long a calm load is taken to stay as it is. */
const refreshSeconds = 5;

/** Whether no run waits for a slot, nor comes near to it. */
function isCalm({ calm, waiting, cpuMet, flow, pods, model }: Back, arrived: number): boolean {
  if (waiting > 0 || cpuMet.jobs >= calmCpuJobs) return false;
  if (calm.refreshAt === 0) calm.mostRunning = mostWithoutWaiting(pods.readyCount * model.slotsPerReplica);
  return flow.beginning + flow.answering + flow.ending + arrived <= calm.mostRunning;
}

/** A second in which every run begins at once. */
function stepCalm(back: Back, arrived: number, delayBefore: number, second: BackSecond): void {
  const { queued, flow, calm } = back;
  if (second.atSeconds >= calm.refreshAt) refreshCalm(back, second);
  const inSystem = runningRuns(back) + back.detached + arrived / 2;
  const begun = (flow.beginning + arrived) * calm.passBegin;
  const answered = flow.answering * (1 - queued.surviving) + begun * (1 - queued.newSurviving);
  flow.ended = (flow.ending + answered) * calm.passEnd;
  flow.work = arrived * queued.cpuBefore + answered * queued.cpuAfter;
  flow.beginning += arrived - begun;
  flow.answering += begun - answered;
  flow.ending += answered - flow.ended;
  calm.unrecorded += arrived;
  calm.unrecordedDelays += arrived * delayBefore;
  endSecond(back, inSystem);
}

/** The delays of the runs since the last time; to be called before a bucket of time is closed as well. */
export function recordCalmDelays(back: Back, second: BackSecond): void {
  const { calm } = back;
  if (calm.unrecorded === 0) return;
  recordDelay(back, calm.unrecordedDelays / calm.unrecorded, calm.unrecorded, second);
  calm.unrecorded = 0;
  calm.unrecordedDelays = 0;
}

function refreshCalm(back: Back, second: BackSecond): void {
  const { calm, queued, cpuMet, pods, model } = back;
  recordCalmDelays(back, second);
  calm.refreshAt = second.atSeconds + refreshSeconds;
  calm.mostRunning = mostWithoutWaiting(pods.readyCount * model.slotsPerReplica);
  calm.passBegin = throughCpu(1, queued.cpuBefore, cpuMet.jobs);
  calm.passEnd = throughCpu(1, queued.cpuAfter, cpuMet.jobs);
}

/** The rings begin anew with what is there: while calm nobody reads them. */
function leaveCalm(back: Back, second: BackSecond): void {
  recordCalmDelays(back, second);
  clearQueue(back.queue, 0, second.atSeconds);
  back.cpu.isShared[0] = 0;
}

function stepBusy(back: Back, arrived: number, delayBefore: number, second: BackSecond): void {
  const { pods, queued, flow, queue } = back;
  const at = second.atSeconds;
  enterQueue(queue, 0, at, arrived);
  back.delayBefore[at & ringMask] = delayBefore;
  const inSystem = back.waiting + runningRuns(back) + back.detached + arrived / 2;
  const free = pods.readyCount * back.model.slotsPerReplica - runningRuns(back);
  flow.at = at;
  // Pods are followed together, so that the luck of each is not.
  const jobs = expectedJobs(back.cpuMet.jobs, back.cpuMet.growth);
  passStages(flow, back.cpu, queued, { jobs, knownRatio: 0 });

  const endedOfNew = endingNew(flow);
  // Workers that are all busy take as many as end, and some of those end in the same second.
  const endingRate = endingOld(flow) / (1 - endedOfNew);
  const available = back.waiting + arrived;
  const isFull = available > free / (1 - endedOfNew) + endingRate;
  drawAnswers(flow, queued, isFull, second.noise.normal[(at + 20_011) & noiseMask] as number);
  const started = Math.min(available, Math.max(0, (free + endingOld(flow)) / (1 - endedOfNew)));
  const excess = back.waiting - free + (arrived - endingRate) / 2;
  if (started > 0) recordStarts(back, started, slotWaitSeconds(excess, endingRate), second);

  finishSecond(flow, back.cpu, queued, started);
  back.waiting = available - started;
  endSecond(back, inSystem);
}

/** @param inSystem runs in the queue and on workers in the middle of the second */
function endSecond(back: Back, inSystem: number): void {
  const detachedEnded = back.detached * (1 - back.queued.surviving);
  back.detached -= detachedEnded;
  back.endedRatio = inSystem > 0 ? Math.min(1, (back.flow.ended + detachedEnded) / inSystem) : 0;
  useCpu(back);
}

function useCpu(back: Back): void {
  const { pods, model, flow, cpuMet } = back;
  const processes = pods.readyCount * model.processes;
  const owed = back.owedCpu + flow.work * model.processMillicores;
  back.busyMilliseconds = Math.min(owed, processes * model.processMillicores);
  back.owedCpu = owed - back.busyMilliseconds;
  if (processes === 0) return;
  back.cpuMilliseconds += back.busyMilliseconds / pods.readyCount;
  const jobs = (flow.beginning + flow.ending) / processes;
  cpuMet.growth = jobs - cpuMet.jobs;
  cpuMet.jobs = jobs;
}

/** Delays of the runs that begin in this second. @param slotWait on top of the time in the queue, for all of them */
function recordStarts(back: Back, started: number, slotWait: number, second: BackSecond): void {
  const { queue, delayBefore } = back;
  leaveQueue(queue, 0, second.atSeconds, started);
  const { count, wait, weight, second: came } = queue.parts;
  for (let part = 0; part < count; part++) {
    const before = delayBefore[(came[part] as number) & ringMask] as number;
    recordDelay(back, (wait[part] as number) + slotWait + before, weight[part] as number, second);
  }
}

function recordDelay(back: Back, wait: number, count: number, second: BackSecond): void {
  if (wait > second.requestTimeoutSeconds) {
    back.abandoned += count;
    return;
  }
  const { cpuMet } = back;
  addDelay(second.queueDelays, wait, count);
  addFirstTokenDelay(second.firstTokenDelays, count, {
    slotWait: wait,
    cpuWait: cpuWaitSeconds(second.cpuSecondsBeforeFirstToken, cpuMet),
    variation: cpuMet.variation,
  });
}
