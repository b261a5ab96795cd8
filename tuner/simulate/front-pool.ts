import { throughCpu } from './cpu-sharing.ts';
import { addToClasses } from './first-token-delays.ts';
import { beginPod, type Front, updateRelayLoad } from './front.ts';
import type { FrontSecond } from './front-second.ts';
import { mostWithoutWaiting } from './most-without-waiting.ts';
import { noService } from './service-mix.ts';

/** Requests on the CPU of a process, mean, up to which pods are alike. */
const calmCpuJobs = 0.6;

/**
 * Whether no pod comes near its slots or its CPU in the seconds to come, so that all pods are alike.
 *
 * For the CPU that is wrong as far as the chance differences between pods at less than 40 % load matter.
 *
 * @param arriving requests that come meanwhile
 */
export function fitsPool(front: Front, arriving: number): boolean {
  const { pods, sums, model } = front;
  if (sums.cpuJobs >= calmCpuJobs || sums.waiting > 0 || pods.readyCount === 0) return false;
  if (front.mostHeld < 0) front.mostHeld = pods.readyCount * mostWithoutWaiting(model.slotsPerReplica);
  return sums.beginning + sums.answering + sums.ending + sums.relayed + arriving <= front.mostHeld;
}

/** From here on the sums stand for all pods, or each pod for itself. */
export function setPooled(front: Front, isPooled: boolean, second: FrontSecond): void {
  if (front.isPooled === isPooled) return;
  front.isPooled = isPooled;
  if (isPooled) return;
  recordPooledDelays(front, second);
  const { pods, columns, sums } = front;
  for (let index = 0; index < pods.readyCount; index++) {
    // Each pod gets its share; now chance sets them apart.
    const place = pods.ready[index] as number;
    columns.beginning[place] = sums.beginning / pods.readyCount;
    columns.answering[place] = sums.answering / pods.readyCount;
    columns.ending[place] = sums.ending / pods.readyCount;
    columns.relayed[place] = sums.relayed / pods.readyCount;
    columns.waiting[place] = 0;
    columns.cpuJobs[place] = sums.cpuJobs;
    columns.cpuGrowth[place] = 0;
    columns.owedCpu[place] = 0;
    beginPod(front, place, second.atSeconds);
  }
}

/**
 * Some seconds of all pods as one: requests that never wait for a slot, and share CPU as they do at the beginning.
 *
 * Relayed requests come in, and leave by {@link endRelays}.
 */
export function stepPool(front: Front, second: FrontSecond, seconds: number): void {
  const { sums, arrivals, pods, model, trace } = front;
  const local = front.local ?? noService;
  setPooled(front, true, second);
  updateRelayLoad(front);
  const perProcess = 1 / (pods.readyCount * model.processes);
  const passBegin = throughCpu(1, local.cpuBefore, sums.cpuJobs);
  const passEnd = throughCpu(1, local.cpuAfter, sums.cpuJobs);
  const { local: counts, first } = arrivals;
  const answering = 1 - local.surviving;
  const answeringNew = 1 - local.newSurviving;
  let { beginning, answering: waitingForOthers, ending, cpuJobs } = sums;
  let came = 0;
  let work = 0;
  for (let index = first; index < first + seconds; index++) {
    const arrived = counts[index] as number;
    const begun = (beginning + arrived) * passBegin;
    const answered = waitingForOthers * answering + begun * answeringNew;
    const ended = (ending + answered) * passEnd;
    beginning += arrived - begun;
    waitingForOthers += begun - answered;
    ending += answered - ended;
    cpuJobs = (beginning + ending) * perProcess + front.relayLoad * (1 + cpuJobs);
    came += arrived;
    work += begun * local.cpuBefore + ended * local.cpuAfter;
    if (trace !== null) {
      const at = second.atSeconds + index - first;
      trace.localHeld[at] = beginning + waitingForOthers + ending;
      trace.busySeconds[at] = begun * local.cpuBefore + ended * local.cpuAfter;
    }
  }
  sums.beginning = beginning;
  sums.answering = waitingForOthers;
  sums.ending = ending;
  sums.cpuJobs = cpuJobs;
  front.pooledCpuMilliseconds += (work * model.processMillicores) / pods.readyCount;
  front.unrecorded += came;
  if (second.atSeconds >= front.recordAt) {
    recordPooledDelays(front, second);
    front.recordAt = second.atSeconds + recordedEverySeconds;
  }
}

/** While the pods are calm their load changes little within this. */
const recordedEverySeconds = 5;

/** The delays of the requests since the last time; to be called before a bucket of time is closed as well. */
export function recordPooledDelays(front: Front, second: FrontSecond): void {
  if (front.unrecorded === 0) return;
  const { cpuMet, sums } = front;
  cpuMet.jobs = sums.cpuJobs;
  cpuMet.growth = 0;
  // Which pod a request met is not known, so neither is which of their loads.
  cpuMet.variation = 1;
  addToClasses(second.delays, front.unrecorded, 0, cpuMet);
  front.unrecorded = 0;
}

/**
 * Relayed requests of the pool come, and leave as their runs end.
 *
 * @param came to the pods
 * @param ended runs, those that orphans relay included
 */
export function stepPooledRelays(
  front: Front,
  came: number,
  ended: number,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const { sums, pods, relayed, trace } = front;
  const all = sums.relayed + front.orphans;
  const ofPods = all > 0 ? ended * (sums.relayed / all) : 0;
  sums.relayed = Math.max(0, sums.relayed + came - ofPods);
  front.orphans = Math.max(0, front.orphans - (ended - ofPods));
  const seconds = ((came + ofPods) / 2) * (relayed?.cpuSeconds ?? 0);
  for (let at = from; trace !== null && at < to; at++) {
    trace.busySeconds[at] = (trace.busySeconds[at] as number) + seconds / (to - from);
  }
  if (pods.readyCount > 0) {
    front.pooledCpuMilliseconds += (seconds * front.model.processMillicores) / pods.readyCount;
  }
}
