import { answeredIn, fillAnswers, keepAnswers } from './answer-stage.ts';
import type { DelayHistogram } from './delay-histogram.ts';
import { addSpreadDelay, mostOf, type UncertainDelay } from './delay-histogram.ts';
import { createFifoQueues, type FifoQueues } from './fifo-queue.ts';
import { addFirstTokenDelay, type CpuMet, cpuWaitOf, cpuWaitSeconds } from './first-token-delays.ts';
import { createDelaysBefore, type DelaysBefore } from './handover.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';
import type { Noise } from './noise.ts';
import { answeredWithin, createPatience, eachPartOf, mayBeLate, type Patience } from './patience.ts';
import { createPodCpu, createPodFlow, meanEnding, type PodCpu, type PodFlow } from './pod-flow.ts';
import type { Pods } from './pods.ts';
import { type CalmLimits, createCalmLimits, createPoolPlan, type PoolPlan } from './pool-plan.ts';
import { createGoneRuns, type GoneRuns } from './queue-give-up.ts';
import { type ServiceMix, serviceMix } from './service-mix.ts';
import { beginWorker, type WorkerPods } from './worker-pods.ts';

/**
 * A component whose pods take work from one queue, as many at once as they have slots.
 *
 * Pods are taken to be equally busy until their CPU is shared (error of p95 about 5 % at most either way): whoever has
 * a free slot takes the next run. Runs that a worker has fetched and not begun count as waiting, and are not bound to it.
 */
export interface Back {
  readonly model: ComponentModel;
  readonly pods: Pods;
  readonly queued: ServiceMix;
  /** Runs that wait, and what they had met before they came. */
  readonly queue: FifoQueues;
  readonly before: DelaysBefore;
  waiting: number;
  /** Whether no run came near to waiting in the last second; the rings are not kept then. */
  wasCalm: boolean;
  readonly calm: CalmLimits;
  /** Reused. */
  readonly plan: PoolPlan;
  /** While calm: runs whose delays are not recorded yet, the sum of these, and the second at which they are. */
  unrecorded: number;
  unrecordedDelays: number;
  recordAt: number;
  /** Runs being worked on, over all pods; while not followed, their processes are taken as one of many times its CPU. */
  readonly cpu: PodCpu;
  readonly flow: PodFlow;
  /** Pods that are followed one by one, `flow` being the sum of theirs; null until some are. */
  own: WorkerPods | null;
  isFollowed: boolean;
  /** Runs on pods that are terminating. */
  detached: number;
  /** Runs on the CPU of one process. */
  readonly cpuMet: CpuMet;
  /** CPU used so far for runs, milliseconds per pod. */
  cpuMilliseconds: number;
  /** CPU that is wanted and not used yet, milliseconds over all pods. */
  owedCpu: number;
  /** null unless somebody wants to see it. */
  readonly trace: BackTrace | null;
  lostRuns: number;
  readonly patience: Patience;
  readonly gone: GoneRuns;
  /** Runs that have begun whose client has left while they waited here, or will before their end: each has failed. */
  abandoned: number;
}

/** Second by second what waits and runs, and CPU seconds at full speed over all pods. */
export interface BackTrace {
  readonly waiting: Float32Array;
  readonly running: Float32Array;
  /** Of both, those whose client has left. */
  readonly gone: Float32Array;
  readonly busySeconds: Float32Array;
}

function createTrace(seconds: number): BackTrace {
  const column = () => new Float32Array(seconds);
  return { waiting: column(), running: column(), gone: column(), busySeconds: column() };
}

export function createBack(
  model: SimulationModel,
  component: ComponentModel,
  pods: Pods,
  demand: Demand,
  options: { readonly withTrace: boolean },
): Back | null {
  const queued = serviceMix(model, component, 'queued', demand);
  if (queued === null) return null;
  return {
    model: component,
    pods,
    queued,
    queue: createFifoQueues(1),
    before: createDelaysBefore(),
    waiting: 0,
    wasCalm: true,
    calm: createCalmLimits(queued.cpuSeconds),
    plan: createPoolPlan(),
    unrecorded: 0,
    unrecordedDelays: 0,
    recordAt: 0,
    trace: options.withTrace ? createTrace(demand.durationSeconds) : null,
    cpu: createPodCpu(1, queued),
    flow: createPodFlow(),
    own: null,
    isFollowed: false,
    detached: 0,
    cpuMet: { jobs: 0, growth: 0, variation: 0, most: Number.POSITIVE_INFINITY },
    cpuMilliseconds: 0,
    owedCpu: 0,
    lostRuns: 0,
    patience: createPatience(model.limits.requestTimeoutSeconds, queued),
    gone: createGoneRuns(),
    abandoned: 0,
  };
}

export function runningRuns({ flow }: Back): number {
  return flow.beginning + flow.answering + flow.ending;
}

/** In the queue and on workers, those that are scaled in included. */
export function runsIn(back: Back): number {
  return back.waiting + runningRuns(back) + back.detached;
}

/** Of the runs in the queue and on workers, the share that ends in a second, mean. */
export function endingRatioOf(back: Back): number {
  const { flow, queued, cpuMet, detached } = back;
  const all = runsIn(back);
  const ending = meanEnding(flow, queued, cpuMet.jobs) + detached * (1 - queued.surviving);
  return all > 0 ? Math.min(1, ending / all) : 0;
}

/** Runs that end in second `at`, as far as that can be seen before: those that are done with waiting for others. */
export function expectEnds(back: Back, at: number): number {
  const { pods, own, cpu, queued, flow } = back;
  const detached = back.detached * (1 - queued.surviving);
  if (back.wasCalm) return detached + flow.answering * (1 - queued.surviving);
  if (!back.isFollowed || own === null) return detached + answeredIn(cpu.answers, 0, at);
  let done = detached;
  for (let index = 0; index < pods.readyCount; index++) {
    done += answeredIn(own.cpu.answers, pods.ready[index] as number, at);
  }
  return done;
}

/**
 * Runs on pods that were scaled in go on until the grace is over; those that live longer are lost.
 *
 * @returns runs lost
 */
export function applyWorkerChanges(back: Back): number {
  const { pods, queued } = back;
  const before = runningRuns(back);
  if (pods.left.length > 0) takeAway(back);
  if (back.isFollowed && back.own !== null) {
    for (const place of pods.joined) beginWorker(back, back.own, place, 0);
  }
  const taken = before - runningRuns(back);
  back.lostRuns += taken * queued.outlivesGraceRatio;
  back.detached += taken * (1 - queued.outlivesGraceRatio);
  return taken * queued.outlivesGraceRatio;
}

function takeAway(back: Back): void {
  const { pods, flow, own } = back;
  if (back.isFollowed && own !== null) {
    for (const place of pods.left) subtract(flow, own.flows[place] as PodFlow);
    return;
  }
  const staying = pods.readyCount / (pods.readyCount + pods.left.length);
  flow.beginning *= staying;
  flow.answering *= staying;
  flow.ending *= staying;
  // The CPU rings hold the runs that left as well: they begin anew.
  back.cpu.isShared[0] = 0;
  keepAnswers(back.cpu.answers, 0, staying);
}

function subtract(flow: PodFlow, left: PodFlow): void {
  flow.beginning = Math.max(0, flow.beginning - left.beginning);
  flow.answering = Math.max(0, flow.answering - left.answering);
  flow.ending = Math.max(0, flow.ending - left.ending);
}

/** From here on all pods are one: their rings begin anew. */
export function beginTogether({ cpu, flow }: Back, atSeconds: number): void {
  cpu.isShared[0] = 0;
  fillAnswers(cpu.answers, 0, atSeconds, flow.answering);
}

export interface BackSecond {
  readonly noise: Noise;
  atSeconds: number;
  /** CPU seconds before the first token at full speed. */
  readonly cpuSecondsBeforeFirstToken: number;
  /** Of these, what comes before the run says that it has started: until then it counts as waiting in the queue. */
  readonly cpuSecondsBeforeStart: number;
  readonly queueDelays: DelayHistogram;
  readonly firstTokenDelays: DelayHistogram;
}

/** Reused. */
const waitedNow: UncertainDelay = { mean: 0, deviation: 0 };

/** What runs had met in all that waited in the queue, and before it what stands at a place of the rings. */
export function waitedOf(
  { before }: Back,
  place: number,
  { mean, deviation }: UncertainDelay,
): UncertainDelay {
  const deviationBefore = before.deviations[place] as number;
  waitedNow.mean = mean + (before.means[place] as number);
  waitedNow.deviation = Math.sqrt(deviation * deviation + deviationBefore * deviationBefore);
  return waitedNow;
}

/** `count` runs begin after a wait: delays of those that are answered in time. */
export function recordDelay(back: Back, waited: UncertainDelay, count: number, second: BackSecond): void {
  const { patience, cpuMet, queued } = back;
  const onCpu = queued.cpuSeconds + cpuWaitSeconds(queued.cpuSeconds, cpuMet);
  if (!mayBeLate(patience, waited, onCpu)) {
    recordQueued(back, waited, count, second);
    recordBegun(back, waited, count, second);
    return;
  }
  eachPartOf(waited, (mean, weight) => {
    const inTime = answeredWithin(patience, patience.seconds - mean - onCpu);
    back.abandoned += count * weight * (1 - inTime);
    if (inTime === 0) return;
    part.mean = mean;
    recordQueued(back, part, count * weight * inTime, second);
    recordBegun(back, part, count * weight * inTime, second);
  });
}

/** Reused. */
const part: UncertainDelay = { mean: 0, deviation: 0 };

export function recordQueued(back: Back, waited: UncertainDelay, count: number, second: BackSecond): void {
  const { cpuMet } = back;
  const { cpuSecondsBeforeStart: cpuSeconds } = second;
  if (cpuSeconds === 0) addSpreadDelay(second.queueDelays, count, waited, mostOf(waited));
  else {
    const cpuWait = cpuWaitOf(cpuWaitSeconds(cpuSeconds, cpuMet), cpuSeconds, cpuMet);
    addFirstTokenDelay(second.queueDelays, count, waited, cpuWait);
  }
}

/**
 * The same of runs whose first token is timed when it comes.
 *
 * @returns those that are answered in time, as far as that can be told
 */
export function recordLongQueued(
  back: Back,
  waited: UncertainDelay,
  count: number,
  second: BackSecond,
): number {
  const { patience, cpuMet, queued } = back;
  const onCpu = queued.cpuSeconds + cpuWaitSeconds(queued.cpuSeconds, cpuMet);
  const inTime = mayBeLate(patience, waited, onCpu)
    ? answeredWithin(patience, patience.seconds - waited.mean - onCpu)
    : 1;
  back.abandoned += count * (1 - inTime);
  if (inTime > 0) recordQueued(back, waited, count * inTime, second);
  return count * inTime;
}

/** First tokens of runs whose CPU is taken to be shared as it is now. */
export function recordBegun(back: Back, waited: UncertainDelay, count: number, second: BackSecond): void {
  const { cpuMet } = back;
  const { cpuSecondsBeforeFirstToken: cpuSeconds } = second;
  const cpuWait = cpuWaitOf(cpuWaitSeconds(cpuSeconds, cpuMet), cpuSeconds, cpuMet);
  addFirstTokenDelay(second.firstTokenDelays, count, waited, cpuWait);
}

/**
 * Work is done as it comes, and as fast as the workers can: what is left over is done in the next seconds.
 *
 * @returns CPU seconds at full speed that were used
 */
export function useCpu(back: Back, workSeconds: number, inSeconds: number): number {
  const { pods, model, flow, cpuMet } = back;
  const processes = pods.readyCount * model.processes;
  if (processes === 0) return 0;
  const owed = back.owedCpu + workSeconds * model.processMillicores;
  const used = Math.min(owed, processes * model.processMillicores * inSeconds);
  back.owedCpu = owed - used;
  back.cpuMilliseconds += used / pods.readyCount;
  cpuMet.jobs = (flow.beginning + flow.ending) / processes;
  cpuMet.growth = 0;
  return used / model.processMillicores;
}
