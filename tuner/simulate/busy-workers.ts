import { type Back, type BackSecond, recordDelay, runningRuns, useCpu } from './back.ts';
import { setCalm } from './calm-workers.ts';
import { variationOfCpuWait } from './cpu-chance.ts';
import { enterQueue, leaveQueue, ringMask } from './fifo-queue.ts';
import { endingNew, endingOld, finishSecond, meanEnding, passStages } from './pod-flow.ts';
import { mostCalmJobs } from './pool-plan.ts';
import { slotWaitSeconds } from './slot-wait.ts';
import { beginWorker, createWorkerPods, gatherWorkers, stepWorkers, type WorkerPods } from './worker-pods.ts';

/**
 * One second of a queue and workers that may all be taken, in which `arrived` runs come.
 *
 * @param delayBefore that these had met before, mean, seconds
 * @returns runs that ended
 */
export function stepBusy(back: Back, arrived: number, delayBefore: number, second: BackSecond): number {
  const { queued, flow, queue } = back;
  const at = second.atSeconds;
  setCalm(back, false, second);
  const own = followPods(back, arrived, second);
  enterQueue(queue, 0, at, arrived);
  back.delayBefore[at & ringMask] = delayBefore;
  const inSystem = back.waiting + runningRuns(back) + back.detached + arrived / 2;
  const started =
    own === null ? stepTogether(back, arrived, second) : stepWorkers(back, own, arrived, second);
  back.waiting = Math.max(0, back.waiting + arrived - started);
  const detachedEnded = back.detached * (1 - queued.surviving);
  back.detached -= detachedEnded;
  const ended = flow.ended + detachedEnded;
  back.endedRatio = inSystem > 0 ? Math.min(1, ended / inSystem) : 0;
  const busySeconds = useCpu(back, flow.work, 1);
  if (back.trace !== null) {
    back.trace.waiting[at] = back.waiting;
    back.trace.running[at] = runningRuns(back);
    back.trace.busySeconds[at] = busySeconds;
  }
  return ended;
}

/** Pods are followed one by one where their CPU is not calm, and until it is by far. */
const calmByFar = 0.7;

/** @returns the pods, where it matters which of them a run is on; null: all are taken together */
function followPods(back: Back, arrived: number, second: BackSecond): WorkerPods | null {
  const { pods, model, queued } = back;
  const jobs = (back.flow.beginning + back.flow.ending) / Math.max(1, pods.readyCount * model.processes);
  const wasFollowed = back.isFollowed;
  const isFollowed =
    pods.readyCount > 0 && jobs >= mostCalmJobs(queued.cpuSeconds) * (wasFollowed ? calmByFar : 1);
  if (!isFollowed) {
    if (wasFollowed && back.own !== null) gatherWorkers(back, back.own, second);
    back.isFollowed = false;
    return null;
  }
  back.isFollowed = true;
  back.own ??= createWorkerPods(pods.state.length, queued);
  if (wasFollowed) return back.own;
  for (let index = 0; index < pods.readyCount; index++) {
    beginWorker(back, back.own, pods.ready[index] as number, 1 / pods.readyCount);
  }
  back.own.startedOfLate = arrived;
  return back.own;
}

/** Pods as one with the slots and the CPU of all of them. @returns runs that began */
function stepTogether(back: Back, arrived: number, second: BackSecond): number {
  const { pods, queued, flow } = back;
  const running = runningRuns(back);
  const free = pods.readyCount * back.model.slotsPerReplica - running;
  flow.at = second.atSeconds;
  // Of the luck that is followed little belongs to each process.
  const processes = Math.max(1, pods.readyCount * back.model.processes);
  const { jobs } = back.cpuMet;
  passStages(flow, back.cpu, queued, {
    jobs,
    processes,
    knownRatio: 1 / processes,
    coming: back.waiting + arrived,
    free,
  });
  back.cpuMet.variation = variationOfCpuWait(jobs, queued.cpuSeconds, processes);
  back.cpuMet.most = Number.POSITIVE_INFINITY;
  const endingRate = meanEnding(flow, queued, jobs);
  // Workers that are all busy take as many as end, and some of those end in the same second.
  const room = Math.max(0, (free + endingOld(flow)) / (1 - endingNew(flow)));
  const started = Math.min(back.waiting + arrived, room);
  const excess = back.waiting - free + (arrived - endingRate) / 2;
  if (started > 0) recordStarts(back, started, slotWaitSeconds(excess, endingRate), second);
  finishSecond(flow, back.cpu, queued, { started, noise: second.noise });
  return started;
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
