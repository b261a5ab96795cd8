import { expectedJobs } from './cpu-sharing.ts';
import { clearClock, fillStage } from './cpu-stage.ts';
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
  clearQueue(back.queue, 0, 0);
  clearClock(back.cpu.clocks, 0, 0);
  fillStage(back.cpu.before, 0, 0, { count: 0, cpuSeconds: queued.cpuBefore });
  fillStage(back.cpu.after, 0, 0, { count: 0, cpuSeconds: queued.cpuAfter });
  return back;
}

export function runningRuns({ flow }: Back): number {
  return flow.beginning + flow.answering + flow.ending;
}

/** Runs on pods that were scaled in go on until the grace is over; those that live longer are lost. */
export function applyWorkerChanges(back: Back, atSeconds: number): void {
  const { pods, queued, flow, cpu } = back;
  if (pods.left.length === 0) return;
  const share = pods.left.length / (pods.readyCount + pods.left.length);
  const taken = runningRuns(back) * share;
  back.lostRuns += taken * queued.outlivesGraceRatio;
  back.detached += taken * (1 - queued.outlivesGraceRatio);
  flow.beginning *= 1 - share;
  flow.answering *= 1 - share;
  flow.ending *= 1 - share;
  clearClock(cpu.clocks, 0, atSeconds);
  fillStage(cpu.before, 0, atSeconds, { count: flow.beginning, cpuSeconds: queued.cpuBefore });
  fillStage(cpu.after, 0, atSeconds, { count: flow.ending, cpuSeconds: queued.cpuAfter });
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
  const detachedEnded = back.detached * (1 - queued.surviving);
  back.detached -= detachedEnded;
  back.endedRatio = inSystem > 0 ? Math.min(1, (flow.ended + detachedEnded) / inSystem) : 0;
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
  const { queue, cpuMet } = back;
  leaveQueue(queue, 0, second.atSeconds, started);
  const cpuWait = cpuWaitSeconds(second.cpuSecondsBeforeFirstToken, cpuMet);
  for (let part = 0; part < queue.parts.count; part++) {
    const came = (queue.parts.second[part] as number) & ringMask;
    const wait = (queue.parts.wait[part] as number) + slotWait + (back.delayBefore[came] as number);
    const weight = queue.parts.weight[part] as number;
    if (wait > second.requestTimeoutSeconds) {
      back.abandoned += weight;
      continue;
    }
    addDelay(second.queueDelays, wait, weight);
    const waits = { slotWait: wait, cpuWait, variation: cpuMet.variation };
    addFirstTokenDelay(second.firstTokenDelays, weight, waits);
  }
}
