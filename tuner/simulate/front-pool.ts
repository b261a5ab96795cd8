import { throughCpu } from './cpu-sharing.ts';
import { addToClasses } from './first-token-delays.ts';
import { beginPod, type Front, updateRelayLoad } from './front.ts';
import type { FrontSecond } from './front-second.ts';
import { mostWithoutWaiting } from './most-without-waiting.ts';
import { noService } from './service-mix.ts';

/**
 * All pods of a front as one, while none is near a limit: what changes little is worked out every few seconds.
 */
export interface FrontPool {
  /** Second at which the rest is worked out anew; 0 after any change of the pods. */
  refreshAt: number;
  /** Requests in slots, over all pods, up to which no pod comes near its slots. */
  mostHeld: number;
  /** Of requests on the CPU before and after the first token, the share that gets through in a second. */
  passBegin: number;
  passEnd: number;
  /** Share of one pod, and of one process. */
  perPod: number;
  perProcess: number;
  /** Requests that came since then and whose delays are not recorded yet. */
  unrecorded: number;
}

export function createFrontPool(): FrontPool {
  return {
    refreshAt: 0,
    mostHeld: 0,
    passBegin: 1,
    passEnd: 1,
    perPod: 0,
    perProcess: 0,
    unrecorded: 0,
  };
}

/** Requests on the CPU of a process, mean, up to which pods are alike. */
const calmCpuJobs = 0.6;
/** How long a calm load is taken to stay as it is. */
const refreshSeconds = 5;

/**
 * Whether no pod comes near its slots or its CPU, so that all pods are alike.
 *
 * For the CPU that is wrong as far as the chance differences between pods at less than 40 % load matter.
 */
export function fitsPool(front: Front): boolean {
  const { pods, sums, pool, model } = front;
  if (sums.cpuJobs >= calmCpuJobs || sums.waiting > 0.01) return false;
  if (pool.refreshAt === 0) pool.mostHeld = pods.readyCount * mostWithoutWaiting(model.slotsPerReplica);
  const held = sums.beginning + sums.answering + sums.ending + sums.relayed;
  return held + front.localArrived + front.relayArrived <= pool.mostHeld || pods.readyCount === 0;
}

export function takeIntoPool(front: Front): void {
  front.sums.waiting = 0;
  front.pool.refreshAt = 0;
  front.isPooled = true;
}

/** Each pod gets its share; from here on chance sets them apart. */
export function takeFromPool(front: Front, second: FrontSecond): void {
  const { pods, columns, sums } = front;
  recordPooledDelays(front, second);
  for (let index = 0; index < pods.readyCount; index++) {
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
  front.isPooled = false;
}

/** One second of all pods as one: requests that never wait for a slot, and share CPU. */
export function stepPool(front: Front, second: FrontSecond): void {
  const { localArrived, relayArrived, sums, pool } = front;
  const local = front.local ?? noService;
  if (second.atSeconds >= pool.refreshAt) refreshPool(front, second);
  pool.unrecorded += localArrived;
  const begun = (sums.beginning + localArrived) * pool.passBegin;
  const answered = sums.answering * (1 - local.surviving) + begun * (1 - local.newSurviving);
  const ended = (sums.ending + answered) * pool.passEnd;
  const relayEnded = (sums.relayed + relayArrived / 2) * second.relayEndedRatio;
  sums.beginning += localArrived - begun;
  sums.answering += begun - answered;
  sums.ending += answered - ended;
  sums.relayed += relayArrived - relayEnded;
  sums.cpuJobs = (sums.beginning + sums.ending) * pool.perProcess + front.relayLoad * (1 + sums.cpuJobs);
  front.handedOver = relayArrived;
  const relayCpu = front.relayed === null ? 0 : front.relayed.cpuSeconds / 2;
  front.handedOverDelays = relayArrived * sums.cpuJobs * relayCpu;
  const seconds = begun * local.cpuBefore + ended * local.cpuAfter + (relayArrived + relayEnded) * relayCpu;
  front.busyMilliseconds = seconds * front.model.processMillicores;
  front.pooledCpuMilliseconds += front.busyMilliseconds * pool.perPod;
}

function refreshPool(front: Front, second: FrontSecond): void {
  const { pool, pods, model, sums } = front;
  const local = front.local ?? noService;
  recordPooledDelays(front, second);
  updateRelayLoad(front);
  pool.refreshAt = second.atSeconds + refreshSeconds;
  pool.mostHeld = pods.readyCount * mostWithoutWaiting(model.slotsPerReplica);
  pool.passBegin = throughCpu(1, local.cpuBefore, sums.cpuJobs);
  pool.passEnd = throughCpu(1, local.cpuAfter, sums.cpuJobs);
  pool.perPod = pods.readyCount === 0 ? 0 : 1 / pods.readyCount;
  pool.perProcess = pool.perPod / model.processes;
}

/** The delays of the requests since the last time; to be called before a bucket of time is closed as well. */
export function recordPooledDelays({ cpuMet, pool, sums }: Front, second: FrontSecond): void {
  if (pool.unrecorded === 0) return;
  cpuMet.jobs = sums.cpuJobs;
  cpuMet.growth = 0;
  // Which pod a request met is not known, so neither is which of their loads.
  cpuMet.variation = 1;
  addToClasses(second.delays, pool.unrecorded, 0, cpuMet);
  pool.unrecorded = 0;
}
