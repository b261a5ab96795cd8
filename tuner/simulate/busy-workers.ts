import { type Back, type BackSecond, recordDelay, runningRuns, useCpu } from './back.ts';
import { setCalm } from './calm-workers.ts';
import { variationOfCpuWait } from './cpu-chance.ts';
import { expectedJobs } from './cpu-sharing.ts';
import { enterQueue, leaveQueue, ringMask } from './fifo-queue.ts';
import { noiseMask } from './noise.ts';
import { drawAnswers, endingNew, endingOld, finishSecond, passStages } from './pod-flow.ts';
import { slotWaitSeconds } from './slot-wait.ts';

/**
 * One second of a queue and workers that may all be taken, in which `arrived` runs come.
 *
 * @param delayBefore that these had met before, mean, seconds
 * @returns runs that ended
 */
export function stepBusy(back: Back, arrived: number, delayBefore: number, second: BackSecond): number {
  const { pods, queued, flow, queue } = back;
  const at = second.atSeconds;
  setCalm(back, false, second);
  enterQueue(queue, 0, at, arrived);
  back.delayBefore[at & ringMask] = delayBefore;
  const running = runningRuns(back);
  const inSystem = back.waiting + running + back.detached + arrived / 2;
  const free = pods.readyCount * back.model.slotsPerReplica - running;
  flow.at = at;
  // Pods are followed together: of the luck that is followed little belongs to each process.
  const processes = Math.max(1, pods.readyCount * back.model.processes);
  const jobs = expectedJobs(back.cpuMet.jobs, back.cpuMet.growth);
  passStages(flow, back.cpu, queued, { jobs, knownRatio: 1 / processes });
  back.cpuMet.variation = variationOfCpuWait(jobs, queued.cpuSeconds, processes);

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
  const ended = flow.ended + detachedEnded;
  back.endedRatio = inSystem > 0 ? Math.min(1, ended / inSystem) : 0;
  useCpu(back, flow.work, 1);
  if (back.trace !== null) {
    back.trace.waiting[at] = back.waiting;
    back.trace.running[at] = runningRuns(back);
    back.trace.busySeconds[at] = flow.work;
  }
  return ended;
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
