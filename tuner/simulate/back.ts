import { expectedJobs, throughCpu } from './cpu-sharing.ts';
import { addDelay, type DelayHistogram } from './delay-histogram.ts';
import { drawEnded } from './draw-ended.ts';
import { addFirstTokenDelay, type CpuMet, cpuWaitSeconds } from './first-token-delays.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';
import { type Noise, noiseMask } from './noise.ts';
import type { Pods } from './pods.ts';
import { type ServiceMix, serviceMix } from './service-mix.ts';

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
  /** Runs enqueued up to the end of each second, and the mean delay that those of the second had met before. */
  readonly enqueued: Float64Array;
  readonly delayBefore: Float32Array;
  /** Second of the oldest run that waits. */
  oldest: number;
  started: number;
  waiting: number;
  /** Runs being worked on: on the CPU before their first token, waiting for others, on the CPU after it. */
  beginning: number;
  answering: number;
  ending: number;
  /** Seconds until the next run ends, for those that find all slots taken; 0 while some are free. */
  slotWait: number;
  /** Runs on pods that are terminating. */
  detached: number;
  /** Runs on the CPU of one process. */
  readonly cpuMet: CpuMet;
  /** CPU used so far for runs, milliseconds per pod. */
  cpuMilliseconds: number;
  busyMilliseconds: number;
  /** Of the runs in the queue and on workers, the share that ended in the last second. */
  endedRatio: number;
  lostRuns: number;
  /** Runs that began after their client had given up. */
  abandoned: number;
}

/** Of the wait for CPU around its mean: pods are followed together, so the luck of one is not; fitted likewise. */
const variationOverPods = 0.75;

export function createBack(
  model: SimulationModel,
  component: ComponentModel,
  pods: Pods,
  demand: Demand,
): Back | null {
  const queued = serviceMix(model, component, 'queued', demand);
  if (queued === null) return null;
  return {
    model: component,
    pods,
    queued,
    enqueued: new Float64Array(demand.durationSeconds + 1),
    delayBefore: new Float32Array(demand.durationSeconds + 1),
    oldest: 0,
    started: 0,
    waiting: 0,
    beginning: 0,
    answering: 0,
    ending: 0,
    slotWait: 0,
    detached: 0,
    cpuMet: { jobs: 0, growth: 0, variation: variationOverPods },
    cpuMilliseconds: 0,
    busyMilliseconds: 0,
    endedRatio: 0,
    lostRuns: 0,
    abandoned: 0,
  };
}

export function runningRuns({ beginning, answering, ending }: Back): number {
  return beginning + answering + ending;
}

/** Runs on pods that were scaled in go on until the grace is over; those that live longer are lost. */
export function applyWorkerChanges(back: Back): void {
  const { pods, queued } = back;
  for (let index = 0; index < pods.left.length; index++) {
    const share = 1 / (pods.readyCount + pods.left.length - index);
    const taken = runningRuns(back) * share;
    back.beginning *= 1 - share;
    back.answering *= 1 - share;
    back.ending *= 1 - share;
    back.lostRuns += taken * queued.outlivesGraceRatio;
    back.detached += taken * (1 - queued.outlivesGraceRatio);
  }
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

/** Runs that must end before one that finds all slots taken can begin; fitted to the per-request reference. */
const slotWaitOffset = 0.8;
/** Slots that are taken but for so few, as a real number, are all taken. */
const fullWithin = 0.5;

/** Moves the queue and all workers on by one second, in which `arrived` runs were enqueued. */
export function stepBack(back: Back, arrived: number, delayBefore: number, second: BackSecond): void {
  const { pods, queued } = back;
  const at = second.atSeconds;
  back.enqueued[at + 1] = (back.enqueued[at] as number) + arrived;
  back.delayBefore[at] = delayBefore;
  const running = runningRuns(back);
  const inSystem = back.waiting + running + back.detached + arrived / 2;

  // Of the runs being worked on, those that end in this second; of each that begins in it, the chance that it does.
  const jobs = expectedJobs(back.cpuMet.jobs, back.cpuMet.growth);
  const passBegin = throughCpu(1, queued.cpuBefore, jobs);
  const passEnd = throughCpu(1, queued.cpuAfter, jobs);
  const newAnswered = 1 - queued.newSurviving;
  const endedOfNew = passBegin * newAnswered * passEnd;
  const meanAnswered = back.answering * (1 - queued.surviving) + back.beginning * passBegin * newAnswered;
  const slots = pods.readyCount * back.model.slotsPerReplica;
  const available = back.waiting + arrived;
  const room = slots - running + (back.ending + meanAnswered) * passEnd;
  const chance = drawAnswers(back, meanAnswered, available * (1 - endedOfNew) > room, second);
  const endedOfOld = (back.ending + chance) * passEnd;
  const started = Math.min(available, Math.max(0, (slots - running + endedOfOld) / (1 - endedOfNew)));
  const endingRate = endedOfOld / (1 - endedOfNew);
  const excess = running + available - slots - (arrived + endingRate) / 2;
  back.slotWait =
    excess > -fullWithin ? (slotWaitOffset + Math.min(0, excess)) / Math.max(endingRate, 0.01) : 0;
  recordStarts(back, started, second);

  const begun = (back.beginning + started) * passBegin;
  const answered = chance + started * passBegin * newAnswered;
  const ended = (back.ending + answered) * passEnd;
  back.beginning += started - begun;
  back.answering = Math.max(0, back.answering + begun - answered);
  back.ending += answered - ended;
  back.waiting = available - started;
  const detachedEnded = back.detached * (1 - queued.surviving);
  back.detached -= detachedEnded;
  back.endedRatio = inSystem > 0 ? Math.min(1, (ended + detachedEnded) / inSystem) : 0;
  useCpu(back, begun * queued.cpuBefore + ended * queued.cpuAfter);
}

/** Runs that are done waiting for others. */
function drawAnswers({ queued }: Back, mean: number, isFull: boolean, second: BackSecond): number {
  // While all slots are taken, what ends makes room for what begins, and only service times differ.
  const variance = isFull ? mean * queued.squaredVariation : mean * queued.surviving;
  const luck = second.noise.normal[(second.atSeconds + 20_011) & noiseMask] as number;
  return drawEnded(mean, variance, luck);
}

function useCpu(back: Back, seconds: number): void {
  const { pods, model } = back;
  const processes = pods.readyCount * model.processes;
  back.busyMilliseconds = seconds * model.processMillicores;
  if (processes === 0) return;
  back.cpuMilliseconds += back.busyMilliseconds / pods.readyCount;
  const jobs = (back.beginning + back.ending) / processes;
  back.cpuMet.growth = jobs - back.cpuMet.jobs;
  back.cpuMet.jobs = jobs;
}

/**
 * First in, first out: the waits of the runs that start in this second, from the two cumulative counts.
 *
 * Arrivals and starts are taken to be even within a second, so waits are exact below a second as well.
 */
function recordStarts(back: Back, started: number, second: BackSecond): void {
  if (started <= 0) return;
  const at = second.atSeconds;
  if (back.waiting === 0 && started === (back.enqueued[at + 1] as number) - (back.enqueued[at] as number)) {
    recordPromptStarts(back, started, second);
    return;
  }
  const first = back.started;
  const last = first + started;
  while (back.started < last - 1e-9) {
    while (back.oldest < at && (back.enqueued[back.oldest + 1] as number) <= back.started + 1e-9) {
      back.oldest++;
    }
    const cohortFrom = back.enqueued[back.oldest] as number;
    const cohortTo = back.enqueued[back.oldest + 1] as number;
    const upTo = back.oldest === at ? last : Math.min(last, cohortTo);
    const middle = (back.started + upTo) / 2;
    const enqueuedAt = back.oldest + (middle - cohortFrom) / Math.max(cohortTo - cohortFrom, 1e-9);
    const startedAt = at + (middle - first) / started;
    const wait = Math.max(0, startedAt - enqueuedAt) + back.slotWait;
    recordDelay(back, wait + (back.delayBefore[back.oldest] as number), upTo - back.started, second);
    back.started = upTo;
  }
}

/** Nothing waited, and all that came begins at once. */
function recordPromptStarts(back: Back, started: number, second: BackSecond): void {
  recordDelay(back, back.slotWait + (back.delayBefore[second.atSeconds] as number), started, second);
  back.oldest = second.atSeconds;
  back.started = back.enqueued[second.atSeconds + 1] as number;
}

function recordDelay(back: Back, wait: number, weight: number, second: BackSecond): void {
  if (wait > second.requestTimeoutSeconds) {
    back.abandoned += weight;
    return;
  }
  addDelay(second.queueDelays, wait, weight);
  const cpuWait = cpuWaitSeconds(second.cpuSecondsBeforeFirstToken, back.cpuMet);
  addFirstTokenDelay(second.firstTokenDelays, weight, {
    slotWait: wait,
    cpuWait,
    variation: back.cpuMet.variation,
  });
}
