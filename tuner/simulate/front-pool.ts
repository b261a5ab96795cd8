import { variationOfPooledCpuWait } from './cpu-chance.ts';
import { throughCpu } from './cpu-sharing.ts';
import { noDelay } from './delay-histogram.ts';
import { addToClasses } from './first-token-delays.ts';
import { beginPod, type Front, relayLoadOf } from './front.ts';
import { recordUnpassedOfPods } from './front-delays.ts';
import type { FrontSecond } from './front-second.ts';
import type { FrontTrace } from './front-trace.ts';
import { handOver } from './handover.ts';
import { mostWithoutWaiting } from './most-without-waiting.ts';
import { fitCalmLimits, planRequests, sharedAlikeSeconds } from './pool-plan.ts';
import { noService } from './service-mix.ts';

/** From here on the sums stand for all pods, or each pod for itself. */
export function setPooled(front: Front, isPooled: boolean, second: FrontSecond): void {
  if (front.isPooled === isPooled) return;
  front.isPooled = isPooled;
  if (isPooled) {
    recordUnpassedOfPods(front, second);
    handOverRest(front);
    return;
  }
  recordPooledDelays(front, second);
  const { pods, columns, sums } = front;
  for (let index = 0; index < pods.readyCount; index++) {
    // Each pod gets its share; now chance sets them apart.
    const place = pods.ready[index] as number;
    columns.beginning[place] = sums.beginning / pods.readyCount;
    columns.answering[place] = sums.answering / pods.readyCount;
    columns.ending[place] = sums.ending / pods.readyCount;
    columns.relayed[place] = sums.relayed / pods.readyCount;
    columns.accepting[place] = 0;
    columns.closing[place] = 0;
    columns.waiting[place] = 0;
    columns.cpuJobs[place] = sums.cpuJobs;
    columns.owedCpu[place] = 0;
    beginPod(front, place, second.atSeconds);
  }
}

/**
 * Works out the next seconds of all pods as one, as long as no pod comes near its slots or its CPU, so that all
 * pods are alike: requests never wait for a slot, and share CPU as they do at the beginning of each second.
 *
 * For the CPU that is wrong as far as the chance differences between pods at less than 40 % load matter.
 *
 * @param relayed requests at once, at most
 * @returns seconds, at most `seconds`; {@link passPool} lets them happen
 */
export function planPool(front: Front, second: FrontSecond, relayed: number, seconds: number): number {
  const { sums, arrivals, trace, plan, calm } = front;
  plan.seconds = 0;
  if (isSurelyBusy(front)) return 0;
  const { perProcess, mostArriving, mostJobsMeanwhile: mostJobs } = calm;
  const mostLocal = calm.mostHeld - relayed;
  const local = front.local ?? noService;
  const relayLoad = relayLoadOf(front);
  const { local: counts, first } = arrivals;
  const to = first + seconds;
  const { cpuBefore, cpuAfter } = local;
  const answering = 1 - local.surviving;
  const answeringNew = 1 - local.newSurviving;
  let { beginning, answering: waitingForOthers, ending, cpuJobs } = sums;
  let came = 0;
  let work = 0;
  let passBegin = 0;
  let passEnd = 0;
  let index = first;
  let shareAnewAt = first;
  for (; index < to; index++) {
    const arrived = counts[index] as number;
    if (arrived > mostArriving || cpuJobs >= mostJobs) break;
    if (beginning + waitingForOthers + ending + arrived > mostLocal) break;
    if (index === shareAnewAt) {
      shareAnewAt += sharedAlikeSeconds;
      passBegin = throughCpu(1, cpuBefore, cpuJobs);
      passEnd = throughCpu(1, cpuAfter, cpuJobs);
    }
    const begun = (beginning + arrived) * passBegin;
    const answered = waitingForOthers * answering + begun * answeringNew;
    const ended = (ending + answered) * passEnd;
    beginning += arrived - begun;
    waitingForOthers += begun - answered;
    ending += answered - ended;
    cpuJobs = (beginning + ending) * perProcess + relayLoad * (1 + cpuJobs);
    came += arrived;
    const done = begun * cpuBefore + ended * cpuAfter;
    work += done;
    if (trace !== null)
      keepTrace(trace, second.atSeconds + index - first, beginning + waitingForOthers + ending, done);
  }
  plan.seconds = index - first;
  planRequests(plan, beginning, waitingForOthers, ending);
  plan.cpuJobs = cpuJobs;
  plan.came = came;
  plan.work = work;
  return plan.seconds;
}

function keepTrace(trace: FrontTrace, at: number, localHeld: number, busySeconds: number): void {
  trace.localHeld[at] = localHeld;
  trace.busySeconds[at] = busySeconds;
}

/** Whether the next second is none of a pool whatever arrives in it. */
export function isSurelyBusy(front: Front): boolean {
  const { pods, sums, calm } = front;
  const { readyCount } = pods;
  if (sums.waiting > 0 || sums.cpuJobs >= calm.mostJobs || readyCount === 0) return true;
  if (calm.readyCount !== readyCount) fitToPods(front);
  return sums.beginning + sums.answering + sums.ending + sums.relayed > calm.mostHeld;
}

function fitToPods({ calm, pods, model, local }: Front): void {
  const { readyCount } = pods;
  const { processes, slotsPerReplica } = model;
  const mostHeld = readyCount * mostWithoutWaiting(slotsPerReplica);
  fitCalmLimits(calm, { readyCount, processes, cpuSeconds: local?.cpuSeconds ?? 0 }, mostHeld);
}

/** What was planned happens. Relayed requests come in, and leave, by {@link stepPooledRelays}. */
export function passPool(front: Front, second: FrontSecond): void {
  const { sums, plan, pods, model } = front;
  setPooled(front, true, second);
  sums.beginning = plan.beginning;
  sums.answering = plan.answering;
  sums.ending = plan.ending;
  sums.cpuJobs = plan.cpuJobs;
  front.pooledCpuMilliseconds += (plan.work * model.processMillicores) / pods.readyCount;
  front.unrecorded += plan.came;
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
  const { cpuMet, sums, patience } = front;
  cpuMet.jobs = sums.cpuJobs;
  cpuMet.growth = 0;
  cpuMet.variation = pooledVariation(front);
  cpuMet.most = Number.POSITIVE_INFINITY;
  addToClasses(second.delays, front.unrecorded * patience.usualShare, noDelay, cpuMet);
  front.abandoned += front.unrecorded * (1 - patience.usualShare);
  front.unrecorded = 0;
}

function pooledVariation({ sums, pods, model }: Front): number {
  return variationOfPooledCpuWait(sums.cpuJobs, Math.max(1, pods.readyCount) * model.processes);
}

/** Runs that pods were still accepting are handed over as their pods become alike. */
function handOverRest(front: Front): void {
  const { pods, columns, handover, cpuMet, relayed } = front;
  const half = (relayed?.cpuSeconds ?? 0) / 2;
  for (let index = 0; index < pods.readyCount; index++) {
    const count = columns.accepting[pods.ready[index] as number] as number;
    const wait = cpuMet.jobs * half;
    if (count > 0) handOver(handover, count, wait, wait * pooledVariation(front));
  }
}

/** Runs that come to a pool are handed over at once, after what they wait for its CPU. */
export function acceptPooled(front: Front, count: number): void {
  const wait = acceptSeconds(front);
  handOver(front.handover, count, wait, wait * pooledVariation(front));
}

/** What the CPU of a pool makes the acceptance of a run longer by. */
export function acceptSeconds({ sums, relayed }: Front): number {
  return (sums.cpuJobs * (relayed?.cpuSeconds ?? 0)) / 2;
}

/** Of `ended` runs, those of pods that are gone need nothing of the others any more. @returns how many */
export function endOrphans(front: Front, ended: number): number {
  const all = front.sums.relayed + front.orphans;
  if (front.orphans === 0 || all <= 0) return 0;
  const ofOrphans = Math.min(front.orphans, ended * (front.orphans / all));
  front.orphans -= ofOrphans;
  return ofOrphans;
}

/** What relaying takes of the pool's CPU: of runs that came, and of those that ended, on pods that are gone too. */
export function stepPooledRelays(front: Front, came: number, ended: number): void {
  const { pods, relayed, model } = front;
  const ofPods = ended - endOrphans(front, ended);
  if (pods.readyCount === 0) return;
  const seconds = ((came + ofPods) / 2) * (relayed?.cpuSeconds ?? 0);
  front.pooledCpuMilliseconds += (seconds * model.processMillicores) / pods.readyCount;
}

/** `halves` of runs were relayed in seconds [from, to), evenly. */
export function traceRelays({ relayed, trace }: Front, halves: number, from: number, to: number): void {
  const seconds = (halves / 2) * (relayed?.cpuSeconds ?? 0);
  for (let at = from; trace !== null && at < to; at++) {
    trace.busySeconds[at] = (trace.busySeconds[at] as number) + seconds / (to - from);
  }
}
