import { type Back, type BackSecond, recordDelay, runningRuns, useCpu, waitedOf } from './back.ts';
import { setCalm } from './calm-workers.ts';
import { variationOfCpuWait } from './cpu-chance.ts';
import { enterQueue, type Leaving, leaveQueue } from './fifo-queue.ts';
import { delayLengths, type Handover, keepDelays, placeBefore } from './handover.ts';
import { createPodLoad, passStages } from './pass-stages.ts';
import { endingNew, endingOld, finishSecond, meanEnding } from './pod-flow.ts';
import { stepGoneRuns } from './queue-give-up.ts';
import { type SlotLoad, slotWaitOf } from './slot-wait.ts';
import { beginWorker, createWorkerPods, gatherWorkers, stepWorkers, type WorkerPods } from './worker-pods.ts';

/**
 * One second of a queue and workers that may all be taken, in which runs come.
 *
 * @returns runs that ended
 */
export function stepBusy(back: Back, coming: Handover, second: BackSecond): number {
  const { queued, flow, queue } = back;
  const arrived = coming.count;
  const at = second.atSeconds;
  setCalm(back, false, second);
  const own = followPods(back, arrived, second);
  enterQueue(queue, 0, at, arrived);
  keepDelays(back.before, at, coming);
  const started =
    own === null ? stepTogether(back, arrived, second) : stepWorkers(back, own, arrived, second);
  back.waiting = Math.max(0, back.waiting + arrived - started);
  stepGoneRuns(back, at, started);
  const detachedEnded = back.detached * (1 - queued.surviving);
  back.detached -= detachedEnded;
  const busySeconds = useCpu(back, flow.work, 1);
  if (back.trace !== null) {
    back.trace.waiting[at] = back.waiting;
    back.trace.running[at] = runningRuns(back);
    const { waiting, begun, leftRunning } = back.gone;
    back.trace.gone[at] = waiting + begun + leftRunning;
    back.trace.busySeconds[at] = busySeconds;
  }
  return flow.ended + detachedEnded;
}

/** Pods are followed one by one where their CPU is not calm, and until it is by far. */
const calmByFar = 0.7;

/** @returns the pods, where it matters which of them a run is on; null: all are taken together */
function followPods(back: Back, arrived: number, second: BackSecond): WorkerPods | null {
  const { pods, model, queued, calm } = back;
  const jobs = (back.flow.beginning + back.flow.ending) / Math.max(1, pods.readyCount * model.processes);
  const wasFollowed = back.isFollowed;
  const isFollowed = pods.readyCount > 0 && jobs >= calm.mostJobs * (wasFollowed ? calmByFar : 1);
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

/** Reused. */
const load = createPodLoad();

/** Pods as one with the slots and the CPU of all of them. @returns runs that began */
function stepTogether(back: Back, arrived: number, second: BackSecond): number {
  const { pods, queued, flow } = back;
  const running = runningRuns(back);
  const free = pods.readyCount * back.model.slotsPerReplica - running;
  flow.at = second.atSeconds;
  // Of the luck that is followed little belongs to each process.
  const processes = Math.max(1, pods.readyCount * back.model.processes);
  const { jobs } = back.cpuMet;
  load.jobs = jobs;
  load.processes = processes;
  load.knownRatio = 1 / processes;
  load.cpuSeconds = queued.cpuSeconds;
  load.cpuSecondsOfJob = queued.cpuSeconds;
  load.coming = back.waiting + arrived;
  load.free = free;
  passStages(flow, back.cpu, queued, load);
  back.cpuMet.variation = variationOfCpuWait(jobs, queued.cpuSeconds, processes);
  back.cpuMet.most = Number.POSITIVE_INFINITY;
  const endingRate = meanEnding(flow, queued, jobs);
  // Workers that are all busy take as many as end, and some of those end in the same second.
  const room = Math.max(0, (free + endingOld(flow)) / (1 - endingNew(flow)));
  const started = Math.min(back.waiting + arrived, room);
  const excess = back.waiting - free + (arrived - endingRate) / 2;
  if (started > 0) recordStarts(back, { count: started, free, excess, endingRate, jobs }, second);
  finishSecond(flow, back.cpu, queued, { started, noise: second.noise });
  return started;
}

type Starts = Leaving & SlotLoad;

/** Delays of the runs that begin in this second. */
function recordStarts(back: Back, starts: Starts, second: BackSecond): void {
  const { queue } = back;
  leaveQueue(queue, 0, second.atSeconds, starts);
  const { count, wait, weight, second: came } = queue.parts;
  for (let part = 0; part < count; part++) {
    const inQueue = slotWaitOf(wait[part] as number, starts);
    for (let length = 0; length < delayLengths; length++) {
      const place = placeBefore(came[part] as number, length);
      const share = back.before.shares[place] as number;
      if (share > 0)
        recordDelay(back, waitedOf(back, place, inQueue), share * (weight[part] as number), second);
    }
  }
}
