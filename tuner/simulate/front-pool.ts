import { stepCpuJobs, survivingSecond } from './cpu-sharing.ts';
import { addToClasses } from './first-token-delays.ts';
import type { Front } from './front.ts';
import type { FrontSecond } from './front-second.ts';

/** Requests on the CPU of a process, mean, up to which pods are alike. */
const calmCpuJobs = 0.6;
/** A pod's count is about Poisson: this many deviations above the mean it practically never gets. */
const farDeviations = 4;
/** How long the CPU's share of a request is taken to stay as it is while the pods are calm. */
const refreshSeconds = 5;

/** All pods as one, while none is near a limit. */
export interface FrontPool {
  /** Requests on the CPU of a process, mean. */
  cpuJobs: number;
  /** Of the local requests, the share that is still there a second later, and of those that begin in it. */
  surviving: number;
  newSurviving: number;
  /** Second at which the above is worked out anew. */
  refreshAt: number;
  /** Local requests since then, whose delays are not recorded yet. */
  unrecorded: number;
}

export function createFrontPool(): FrontPool {
  return { cpuJobs: 0, surviving: 0, newSurviving: 0, refreshAt: 0, unrecorded: 0 };
}

/**
 * Whether no pod comes near its slots or its CPU, so that all pods are alike.
 *
 * Wrong by less than 0.01 % of seconds for the slots (a Poisson count four deviations out), and for the CPU as
 * far as the chance differences between pods at less than 40 % load matter.
 */
export function fitsPool(front: Front): boolean {
  const { pods, model } = front;
  if (pods.readyCount === 0) return true;
  if (!front.isPooled && front.waitingTotal > 0.01) return false;
  const perPod =
    (front.localTotal + front.relayTotal + front.localArrived + front.relayArrived) / pods.readyCount;
  const room = model.slotsPerReplica - 1 - perPod;
  if (room < 0 || room * room < farDeviations * farDeviations * perPod) return false;
  return (front.isPooled ? front.pool.cpuJobs : meanCpuJobs(front)) < calmCpuJobs;
}

function meanCpuJobs({ pods, cpuJobs }: Front): number {
  let sum = 0;
  for (let index = 0; index < pods.readyCount; index++) sum += cpuJobs[pods.ready[index] as number] as number;
  return sum / pods.readyCount;
}

export function takeIntoPool(front: Front, atSeconds: number): void {
  front.pool.cpuJobs = meanCpuJobs(front);
  front.pool.refreshAt = atSeconds;
  front.waitingTotal = 0;
  front.isPooled = true;
}

/** Each pod gets its share; from here on chance sets them apart. */
export function takeFromPool(front: Front, second: FrontSecond): void {
  const { pods } = front;
  recordDelays(front, second);
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    front.localHeld[place] = front.localTotal / pods.readyCount;
    front.relayHeld[place] = front.relayTotal / pods.readyCount;
    front.waiting[place] = 0;
    front.cpuJobs[place] = front.pool.cpuJobs;
  }
  front.isPooled = false;
}

/** The delays of the requests that came since the last refresh; before a bucket of time is closed as well. */
export function recordDelays({ pool }: Front, second: FrontSecond): void {
  if (pool.unrecorded > 0) addToClasses(second.delays, pool.unrecorded, 0, pool.cpuJobs);
  pool.unrecorded = 0;
}

/** One second of all pods as one: requests that never wait for a slot, and share CPU. */
export function stepPool(front: Front, second: FrontSecond): void {
  const { localArrived, relayArrived, localTotal, relayTotal, pool } = front;
  if (second.atSeconds >= pool.refreshAt) refresh(front, second);
  const localLeft = localTotal * pool.surviving + localArrived * pool.newSurviving;
  const relayEnding = second.relayEndedRatio;
  const relayEnded = (relayTotal + relayArrived / 2) * relayEnding;
  pool.unrecorded += localArrived;
  const localEnded = localTotal + localArrived - localLeft;
  front.localTotal = localLeft;
  front.relayTotal = Math.max(0, relayTotal + relayArrived - relayEnded);
  front.handedOver = relayArrived;
  front.handedOverDelays = relayArrived * pool.cpuJobs * (front.relayed?.cpuSeconds ?? 0);
  useCpu(front, (localArrived + localEnded) / 2, (relayArrived + relayEnded) / 2);
}

function refresh(front: Front, second: FrontSecond): void {
  const { local, pods, model, cpuService, pool } = front;
  const processes = pods.readyCount * model.processes;
  recordDelays(front, second);
  pool.refreshAt = second.atSeconds + refreshSeconds;
  if (local === null || processes === 0) {
    pool.cpuJobs = front.relayLoad;
    return;
  }
  cpuService.delay = local.delaySeconds;
  cpuService.cpu = local.cpuSeconds;
  cpuService.otherLoad = front.relayLoad;
  // Requests fall on the processes at random, so one more in all is met by each with its share.
  cpuService.seenRatio = front.localTotal > 1 ? 1 - 1 / front.localTotal : 0;
  pool.cpuJobs = stepCpuJobs(pool.cpuJobs, front.localTotal / processes, cpuService);
  const seconds = local.delaySeconds + local.cpuSeconds * (1 + pool.cpuJobs);
  pool.surviving = survivingSecond(seconds);
  pool.newSurviving = seconds * (1 - pool.surviving);
}

/** Half of a request's CPU goes to its beginning, half to its end. */
function useCpu(front: Front, local: number, relayed: number): void {
  const { model, pods } = front;
  if (pods.readyCount === 0) {
    front.busyMilliseconds = 0;
    return;
  }
  const wanted =
    local * (front.local?.cpuMilliseconds ?? 0) + relayed * (front.relayed?.cpuMilliseconds ?? 0);
  front.busyMilliseconds = Math.min(wanted, pods.readyCount * model.processes * model.processMillicores);
  front.pooledCpuMilliseconds += front.busyMilliseconds / pods.readyCount;
}
