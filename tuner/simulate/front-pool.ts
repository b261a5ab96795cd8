import { throughCpu } from './cpu-sharing.ts';
import { addToClasses } from './first-token-delays.ts';
import { beginPod, type Front, localHeld } from './front.ts';
import type { FrontSecond } from './front-second.ts';

/** Requests on the CPU of a process, mean, up to which pods are alike. */
const calmCpuJobs = 0.6;
/** A pod's count is about Poisson: this many deviations above the mean it practically never gets. */
const farDeviations = 4;

/**
 * Whether no pod comes near its slots or its CPU, so that all pods are alike.
 *
 * Wrong by less than 0.01 % of seconds for the slots (a Poisson count four deviations out), and for the CPU as
 * far as the chance differences between pods at less than 40 % load matter.
 */
export function fitsPool(front: Front): boolean {
  const { pods, model, sums } = front;
  if (pods.readyCount === 0) return true;
  if (sums.waiting > 0.01 || sums.cpuJobs >= calmCpuJobs) return false;
  const held = localHeld(front) + sums.relayed + front.localArrived + front.relayArrived;
  const perPod = held / pods.readyCount;
  const room = model.slotsPerReplica - 1 - perPod;
  return room > 0 && room * room > farDeviations * farDeviations * perPod;
}

export function takeIntoPool(front: Front): void {
  front.sums.waiting = 0;
  front.isPooled = true;
}

/** Each pod gets its share; from here on chance sets them apart. */
export function takeFromPool(front: Front, atSeconds: number): void {
  const { pods, columns, sums } = front;
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
    beginPod(front, place, atSeconds);
  }
  front.isPooled = false;
}

/** One second of all pods as one: requests that never wait for a slot, and share CPU. */
export function stepPool(front: Front, second: FrontSecond): void {
  const { localArrived, relayArrived, sums } = front;
  const relayEnded = (sums.relayed + relayArrived / 2) * second.relayEndedRatio;
  front.handedOver = relayArrived;
  front.handedOverDelays = (relayArrived * sums.cpuJobs * (front.relayed?.cpuSeconds ?? 0)) / 2;
  if (localArrived > 0) addPooledDelays(front, localArrived, second);
  const localWork = front.local === null ? 0 : stepLocal(front, localArrived);
  const relaySeconds = ((relayArrived + relayEnded) / 2) * (front.relayed?.cpuSeconds ?? 0);
  sums.relayed = Math.max(0, sums.relayed + relayArrived - relayEnded);
  useCpu(front, localWork + relaySeconds * front.model.processMillicores);
}

/** Which pod a request met is not known, so neither is which of their loads. */
function addPooledDelays({ cpuMet, sums }: Front, arrived: number, second: FrontSecond): void {
  cpuMet.jobs = sums.cpuJobs;
  cpuMet.growth = 0;
  cpuMet.variation = 1;
  addToClasses(second.delays, arrived, 0, cpuMet);
}

/** @returns CPU milliseconds of what got through */
function stepLocal(front: Front, arrived: number): number {
  const { local, sums, pods, model } = front;
  const processes = pods.readyCount * model.processes;
  if (local === null || processes === 0) return 0;
  const jobs = sums.cpuJobs;
  const begun = throughCpu(sums.beginning + arrived, local.cpuBefore, jobs);
  const answered = sums.answering * (1 - local.surviving) + begun * (1 - local.newSurviving);
  const ended = throughCpu(sums.ending + answered, local.cpuAfter, jobs);
  sums.beginning += arrived - begun;
  sums.answering += begun - answered;
  sums.ending += answered - ended;
  sums.cpuJobs = (sums.beginning + sums.ending) / processes + front.relayLoad * (1 + jobs);
  return (begun * local.cpuBefore + ended * local.cpuAfter) * model.processMillicores;
}

function useCpu(front: Front, milliseconds: number): void {
  front.busyMilliseconds = milliseconds;
  if (front.pods.readyCount > 0) front.pooledCpuMilliseconds += milliseconds / front.pods.readyCount;
}
