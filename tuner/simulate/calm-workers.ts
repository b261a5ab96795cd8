import { type Back, type BackSecond, type BackTrace, beginTogether, recordDelay, useCpu } from './back.ts';
import { variationOfPooledCpuWait } from './cpu-chance.ts';
import { throughCpu } from './cpu-sharing.ts';
import type { UncertainDelay } from './delay-histogram.ts';
import { clearQueue } from './fifo-queue.ts';
import { clearHandover, delayLengths, type Handover } from './handover.ts';
import { mostWithoutWaiting } from './most-without-waiting.ts';
import { fitCalmLimits, planRequests, sharedAlikeSeconds } from './pool-plan.ts';
import { forgetGoneRuns } from './queue-give-up.ts';
import { recordUnpassedOfWorkers } from './worker-pods.ts';

/** While calm the rings are not kept: after that they begin anew. */
export function setCalm(back: Back, isCalmNow: boolean, second: BackSecond): void {
  if (back.wasCalm === isCalmNow) return;
  back.wasCalm = isCalmNow;
  if (isCalmNow) recordUnpassedOfWorkers(back, second);
  back.isFollowed = false;
  if (isCalmNow) return;
  recordCalmDelays(back, second);
  forgetGoneRuns(back.gone);
  clearQueue(back.queue, 0, second.atSeconds);
  beginTogether(back, second.atSeconds);
}

/** Runs that come, per second from `first` on. */
export interface CalmArrivals {
  readonly counts: Uint16Array;
  readonly first: number;
  readonly seconds: number;
}

/**
 * Works out the next seconds as long as no run comes near to waiting: every run begins at once, and CPU is shared
 * as at the beginning of each second.
 *
 * @returns seconds, at most those given; {@link passCalm} lets them happen
 */
export function planCalm(back: Back, second: BackSecond, { counts, first, seconds }: CalmArrivals): number {
  const { queued, flow, trace, plan, calm } = back;
  plan.seconds = 0;
  if (!mayBeCalm(back)) return 0;
  const { perProcess, mostHeld, mostArriving, mostJobsMeanwhile: mostJobs } = calm;
  const to = first + seconds;
  const { cpuBefore, cpuAfter } = queued;
  const answeringShare = 1 - queued.surviving;
  const answeringNew = 1 - queued.newSurviving;
  let { beginning, answering, ending } = flow;
  let cpuJobs = back.cpuMet.jobs;
  let came = 0;
  let finished = 0;
  let work = 0;
  let passBegin = 0;
  let passEnd = 0;
  let index = first;
  let shareAnewAt = first;
  for (; index < to; index++) {
    const arrived = counts[index] as number;
    if (arrived > mostArriving || cpuJobs >= mostJobs) break;
    if (beginning + answering + ending + arrived > mostHeld) break;
    if (index === shareAnewAt) {
      shareAnewAt += sharedAlikeSeconds;
      passBegin = throughCpu(1, cpuBefore, cpuJobs);
      passEnd = throughCpu(1, cpuAfter, cpuJobs);
    }
    const begun = (beginning + arrived) * passBegin;
    const answered = answering * answeringShare + begun * answeringNew;
    const ended = (ending + answered) * passEnd;
    beginning += arrived - begun;
    answering += begun - answered;
    ending += answered - ended;
    cpuJobs = (beginning + ending) * perProcess;
    came += arrived;
    finished += ended;
    const coming = arrived * cpuBefore + answered * cpuAfter;
    work += coming;
    if (trace !== null)
      keepTrace(trace, second.atSeconds + index - first, beginning + answering + ending, coming);
  }
  plan.seconds = index - first;
  planRequests(plan, beginning, answering, ending);
  plan.came = came;
  plan.ended = finished;
  plan.work = work;
  return plan.seconds;
}

function mayBeCalm(back: Back): boolean {
  const { waiting, cpuMet, queued, pods, model, calm } = back;
  const { readyCount } = pods;
  if (waiting > 0 || cpuMet.jobs >= calm.mostJobs || readyCount === 0) return false;
  if (calm.readyCount === readyCount) return true;
  const { processes, slotsPerReplica } = model;
  const mostHeld = mostWithoutWaiting(readyCount * slotsPerReplica);
  fitCalmLimits(calm, { readyCount, processes, cpuSeconds: queued.cpuSeconds }, mostHeld);
  return true;
}

function keepTrace(trace: BackTrace, at: number, running: number, busySeconds: number): void {
  trace.waiting[at] = 0;
  trace.running[at] = running;
  trace.busySeconds[at] = busySeconds;
}

/**
 * What was planned happens.
 *
 * @param delaySeconds that each run had met before, mean
 * @returns runs that ended
 */
export function passCalm(back: Back, second: BackSecond, delaySeconds: number): number {
  const { queued, flow, plan, detached } = back;
  const { seconds } = plan;
  setCalm(back, true, second);
  back.cpuMet.variation = variationOfPooledCpuWait(
    back.cpuMet.jobs,
    Math.max(1, back.pods.readyCount) * back.model.processes,
  );
  back.cpuMet.most = Number.POSITIVE_INFINITY;
  flow.beginning = plan.beginning;
  flow.answering = plan.answering;
  flow.ending = plan.ending;
  const detachedEnded = detached === 0 ? 0 : detached * (1 - queued.surviving ** seconds);
  back.detached = detached - detachedEnded;
  useCpu(back, plan.work, seconds);
  back.unrecorded += plan.came;
  back.unrecordedDelays += plan.came * delaySeconds;
  recordIfDue(back, second);
  return plan.ended + detachedEnded;
}

/** Delays of runs that begin at once change little within this. */
const recordedEverySeconds = 5;

function recordIfDue(back: Back, second: BackSecond): void {
  if (second.atSeconds < back.recordAt) return;
  recordCalmDelays(back, second);
  back.recordAt = second.atSeconds + recordedEverySeconds;
}

/** Runs that pods handed over as they became alike begin as well. */
export function takeRest(back: Back, rest: Handover): void {
  if (rest.count === 0) return;
  back.flow.beginning += rest.count;
  back.unrecorded += rest.count;
  for (let length = 0; length < delayLengths; length++) {
    back.unrecordedDelays += rest.delays[length] as number;
  }
  clearHandover(rest);
}

/** Of what runs met before they came: a wait for the CPU of an API with one or two requests a process. */
const variationBefore = 1.2;

/** The delays of the runs since the last time; to be called before a bucket of time is closed as well. */
export function recordCalmDelays(back: Back, second: BackSecond): void {
  if (back.unrecorded === 0) return;
  delayBefore.mean = back.unrecordedDelays / back.unrecorded;
  delayBefore.deviation = delayBefore.mean * variationBefore;
  recordDelay(back, delayBefore, back.unrecorded, second);
  back.unrecorded = 0;
  back.unrecordedDelays = 0;
}

/** Reused. */
const delayBefore: UncertainDelay = { mean: 0, deviation: 0 };
