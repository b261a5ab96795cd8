import { type Back, type BackSecond, recordDelay, runningRuns, useCpu } from './back.ts';
import { throughCpu } from './cpu-sharing.ts';
import { clearQueue } from './fifo-queue.ts';
import { mostWithoutWaiting } from './most-without-waiting.ts';

/** Runs on the CPU of a process, mean, up to which chance has no part in how they share it. */
const calmCpuJobs = 0.6;

/**
 * Whether no run waits for a slot in the seconds to come.
 *
 * @param arriving runs that come meanwhile
 */
export function isCalm(back: Back, arriving: number): boolean {
  const { waiting, cpuMet, pods, model } = back;
  if (waiting > 0 || cpuMet.jobs >= calmCpuJobs || pods.readyCount === 0) return false;
  if (back.mostRunning < 0) back.mostRunning = mostWithoutWaiting(pods.readyCount * model.slotsPerReplica);
  return runningRuns(back) + arriving <= back.mostRunning;
}

/** While calm the rings are not kept: after that they begin anew. */
export function setCalm(back: Back, isCalmNow: boolean, second: BackSecond): void {
  if (back.wasCalm === isCalmNow) return;
  back.wasCalm = isCalmNow;
  if (isCalmNow) return;
  recordCalmDelays(back, second);
  clearQueue(back.queue, 0, second.atSeconds);
  back.cpu.isShared[0] = 0;
}

/** Runs that come, per second from `first` on. */
export interface CalmArrivals {
  readonly counts: Uint16Array;
  readonly first: number;
  readonly seconds: number;
  /** That each had met before, mean. */
  readonly delaySeconds: number;
}

/**
 * Some seconds in which every run begins at once, and CPU is shared as it is at the beginning.
 *
 * @returns runs that ended
 */
export function stepCalm(back: Back, second: BackSecond, arrivals: CalmArrivals): number {
  const { queued, flow, cpuMet, trace, detached } = back;
  const { counts, first, seconds } = arrivals;
  setCalm(back, true, second);
  const inSystem = runningRuns(back) + detached;
  const passBegin = throughCpu(1, queued.cpuBefore, cpuMet.jobs);
  const passEnd = throughCpu(1, queued.cpuAfter, cpuMet.jobs);
  const answeringShare = 1 - queued.surviving;
  const answeringNew = 1 - queued.newSurviving;
  let { beginning, answering, ending } = flow;
  let came = 0;
  let finished = 0;
  let work = 0;
  for (let index = first; index < first + seconds; index++) {
    const arrived = counts[index] as number;
    const begun = (beginning + arrived) * passBegin;
    const answered = answering * answeringShare + begun * answeringNew;
    const ended = (ending + answered) * passEnd;
    beginning += arrived - begun;
    answering += begun - answered;
    ending += answered - ended;
    came += arrived;
    finished += ended;
    work += arrived * queued.cpuBefore + answered * queued.cpuAfter;
    if (trace !== null) {
      const at = second.atSeconds + index - first;
      trace.running[at] = beginning + answering + ending;
      trace.busySeconds[at] = arrived * queued.cpuBefore + answered * queued.cpuAfter;
    }
  }
  flow.beginning = beginning;
  flow.answering = answering;
  flow.ending = ending;
  const detachedEnded = detached === 0 ? 0 : detached * (1 - queued.surviving ** seconds);
  back.detached = detached - detachedEnded;
  useCpu(back, work, seconds);
  addUnrecorded(back, came, arrivals.delaySeconds, second);
  const middle = inSystem + came / 2;
  back.endedRatio = middle > 0 ? Math.min(1, (finished + detachedEnded) / middle / seconds) : 0;
  return finished + detachedEnded;
}

/** Delays of runs that begin at once change little within this. */
const recordedEverySeconds = 5;

function addUnrecorded(back: Back, count: number, delaySeconds: number, second: BackSecond): void {
  back.unrecorded += count;
  back.unrecordedDelays += count * delaySeconds;
  if (second.atSeconds < back.recordAt) return;
  recordCalmDelays(back, second);
  back.recordAt = second.atSeconds + recordedEverySeconds;
}

/** The delays of the runs since the last time; to be called before a bucket of time is closed as well. */
export function recordCalmDelays(back: Back, second: BackSecond): void {
  if (back.unrecorded === 0) return;
  recordDelay(back, back.unrecordedDelays / back.unrecorded, back.unrecorded, second);
  back.unrecorded = 0;
  back.unrecordedDelays = 0;
}
