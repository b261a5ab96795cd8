import { type CpuService, stepCpuJobs, survivingSecond } from './cpu-sharing.ts';
import { addDelay, type DelayHistogram } from './delay-histogram.ts';
import { drawEnded } from './draw-ended.ts';
import { addFirstTokenDelay } from './first-token-delays.ts';
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
  running: number;
  /** Runs on pods that are terminating. */
  detached: number;
  cpuJobs: number;
  readonly cpuService: CpuService;
  /** Of the runs being worked on, the share that still is a second later, and of those that begin in it. */
  surviving: number;
  newSurviving: number;
  /** Second at which the above is worked out anew. */
  refreshAt: number;
  /** CPU used so far for runs, milliseconds per pod. */
  cpuMilliseconds: number;
  busyMilliseconds: number;
  /** Of the runs in the queue and on workers, the share that ended in the last second. */
  endedRatio: number;
  lostRuns: number;
  /** Runs that began after their client had given up. */
  abandoned: number;
}

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
    running: 0,
    detached: 0,
    cpuJobs: 0,
    cpuService: { delay: queued.delaySeconds, cpu: queued.cpuSeconds, otherLoad: 0, seenRatio: 0 },
    surviving: 0,
    newSurviving: 0,
    refreshAt: 0,
    cpuMilliseconds: 0,
    busyMilliseconds: 0,
    endedRatio: 0,
    lostRuns: 0,
    abandoned: 0,
  };
}

/** Runs on pods that were scaled in go on until the grace is over; those that live longer are lost. */
export function applyWorkerChanges(back: Back): void {
  const { pods, queued } = back;
  for (let index = 0; index < pods.left.length; index++) {
    const taken = back.running / (pods.readyCount + pods.left.length - index);
    back.running -= taken;
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

/** Moves the queue and all workers on by one second, in which `arrived` runs were enqueued. */
export function stepBack(back: Back, arrived: number, delayBefore: number, second: BackSecond): void {
  const { pods, queued } = back;
  const at = second.atSeconds;
  const before = back.waiting + back.running + back.detached;
  back.enqueued[at + 1] = (back.enqueued[at] as number) + arrived;
  back.delayBefore[at] = delayBefore;

  if (at >= back.refreshAt) refreshService(back, at);
  const { surviving, newSurviving } = back;
  const slots = pods.readyCount * back.model.slotsPerReplica;
  const available = back.waiting + arrived;
  const fitting = (slots - back.running * surviving) / newSurviving;
  const isFull = available > fitting;
  const starting = isFull ? Math.max(0, fitting) : available;
  const mean = back.running * (1 - surviving) + starting * (1 - newSurviving);
  const variance = isFull
    ? mean * queued.squaredVariation
    : back.running * surviving * (1 - surviving) + starting * newSurviving * (1 - newSurviving);
  const ended = Math.min(
    drawEnded(mean, variance, second.noise.normal[(at + 20_011) & noiseMask] as number),
    back.running + starting,
  );
  const started = Math.min(available, Math.max(0, slots - back.running + ended));
  const detachedEnded = back.detached * (1 - surviving);

  recordStarts(back, started, second);
  back.running = Math.max(0, back.running + started - ended);
  back.waiting = available - started;
  back.detached -= detachedEnded;
  back.endedRatio = before + arrived > 0 ? Math.min(1, (ended + detachedEnded) / (before + arrived / 2)) : 0;
  useWorkerCpu(back, (started + ended) / 2);
}

/** Requests on the CPU of a process, mean, up to which its share of a run changes slowly. */
const calmCpuJobs = 0.6;
const calmRefreshSeconds = 5;

/** How CPU stretches a run: worked out every second where it does, and every few where it hardly does. */
function refreshService(back: Back, atSeconds: number): void {
  const { queued, cpuService } = back;
  const processes = back.pods.readyCount * back.model.processes;
  // Runs fall on the workers at random, so one more in all is met by each with its share.
  cpuService.seenRatio = back.running > 1 ? 1 - 1 / back.running : 0;
  back.cpuJobs = processes === 0 ? 0 : stepCpuJobs(back.cpuJobs, back.running / processes, cpuService);
  const seconds = queued.delaySeconds + queued.cpuSeconds * (1 + back.cpuJobs);
  back.surviving = survivingSecond(seconds);
  back.newSurviving = seconds * (1 - back.surviving);
  back.refreshAt = atSeconds + (back.cpuJobs < calmCpuJobs ? calmRefreshSeconds : 1);
}

function useWorkerCpu(back: Back, runs: number): void {
  const { pods, model } = back;
  const most = pods.readyCount * model.processes * model.processMillicores;
  back.busyMilliseconds = Math.min(runs * back.queued.cpuMilliseconds, most);
  if (pods.readyCount > 0) back.cpuMilliseconds += back.busyMilliseconds / pods.readyCount;
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
    const wait = Math.max(0, startedAt - enqueuedAt) + (back.delayBefore[back.oldest] as number);
    recordDelay(back, wait, upTo - back.started, second);
    back.started = upTo;
  }
}

/** Nothing waited, and all that came begins at once. */
function recordPromptStarts(back: Back, started: number, second: BackSecond): void {
  recordDelay(back, back.delayBefore[second.atSeconds] as number, started, second);
  back.oldest = second.atSeconds;
  back.started = back.enqueued[second.atSeconds + 1] as number;
}

function recordDelay(back: Back, wait: number, weight: number, second: BackSecond): void {
  if (wait > second.requestTimeoutSeconds) {
    back.abandoned += weight;
    return;
  }
  addDelay(second.queueDelays, wait, weight);
  addFirstTokenDelay(second.firstTokenDelays, wait, second.cpuSecondsBeforeFirstToken * back.cpuJobs, weight);
}
