import { stepCpuJobs, survivingSecond } from './cpu-sharing.ts';
import { drawEnded } from './draw-ended.ts';
import { addToClasses } from './first-token-delays.ts';
import type { Front } from './front.ts';
import type { FrontSecond } from './front-second.ts';
import { noiseMask } from './noise.ts';
import type { ServiceMix } from './service-mix.ts';

/** Moves each Ready pod on by one second, with the slots, the backlog and the CPU that are its own. */
export function stepPods(front: Front, second: FrontSecond): void {
  const { pods } = front;
  front.localTotal = 0;
  front.relayTotal = 0;
  front.waitingTotal = 0;
  front.busyMilliseconds = 0;
  for (let index = 0; index < pods.readyCount; index++) stepPod(front, pods.ready[index] as number, second);
}

/** An arrival to a full pod waits for at least one request to end. */
const slotWaitOffset = 1;

function stepPod(front: Front, place: number, second: FrontSecond): void {
  const { local, relayed } = front;
  const slots = front.model.slotsPerReplica;
  const localHeld = front.localHeld[place] as number;
  const relayHeld = front.relayHeld[place] as number;
  const waiting = front.waiting[place] as number;
  const cpuJobs = local === null ? front.relayLoad : localCpuJobs(front, local, place);
  const localSeconds = local === null ? 1 : local.delaySeconds + local.cpuSeconds * (1 + cpuJobs);
  const relayEnding = second.relayEndedRatio;

  let arrived = (front.localArrivals[place] as number) + (front.relayArrivals[place] as number);
  const endingRate = localHeld / localSeconds + relayHeld * relayEnding;
  const excess = localHeld + relayHeld + waiting + (arrived - endingRate) / 2 - slots;
  const slotWait = excess < -0.5 ? 0 : (excess + slotWaitOffset) / Math.max(endingRate, 0.01);
  if (slotWait > second.requestTimeoutSeconds) arrived = abandonArrivals(front, place, arrived);
  const localArrived = front.localArrivals[place] as number;
  if (localArrived > 0) addToClasses(second.delays, localArrived, slotWait, cpuJobs);

  const available = waiting + arrived;
  const relayShare =
    available > 0 ? (waiting * front.relayRatio + (front.relayArrivals[place] as number)) / available : 0;
  const surviving = survivingSecond(localSeconds);
  // Of what starts evenly over a second, this much is still there at its end.
  const newSurviving = localSeconds * (1 - surviving);
  const staying = localHeld * surviving + relayHeld * (1 - relayEnding);
  const newStaying = (1 - relayShare) * newSurviving + relayShare * (1 - relayEnding / 2);
  const fitting = (slots - staying) / newStaying;
  const isFull = available > fitting;
  const starting = isFull ? Math.max(0, fitting) : available;

  const localMean = localHeld * (1 - surviving) + starting * (1 - relayShare) * (1 - newSurviving);
  const localVariance = isFull
    ? localMean * (local?.squaredVariation ?? 0)
    : localHeld * surviving * (1 - surviving) +
      starting * (1 - relayShare) * newSurviving * (1 - newSurviving);
  const at = second.atSeconds + place * 7919;
  const { normal } = second.noise;
  const localEnded = drawEnded(localMean, localVariance, normal[at & noiseMask] as number);
  const relayMean = relayHeld * relayEnding + starting * relayShare * (relayEnding / 2);
  const relayLuck = normal[(at + 40_009) & noiseMask] as number;
  const relayEnded = drawEnded(relayMean, relayMean * (1 - relayEnding), relayLuck);
  const admitted = Math.min(available, Math.max(0, slots - localHeld - relayHeld + localEnded + relayEnded));

  const localStarted = admitted * (1 - relayShare);
  const relayStarted = admitted - localStarted;
  front.localArrivals[place] = 0;
  front.relayArrivals[place] = 0;
  front.localHeld[place] = Math.max(0, localHeld + localStarted - localEnded);
  front.relayHeld[place] = Math.max(0, relayHeld + relayStarted - relayEnded);
  front.waiting[place] = available - admitted;
  addTotals(front, place);
  useCpu(front, place, (localStarted + localEnded) / 2, (relayStarted + relayEnded) / 2);
  front.handedOver += relayStarted;
  front.handedOverDelays += relayStarted * (slotWait + cpuJobs * (relayed?.cpuSeconds ?? 0));
}

function localCpuJobs(front: Front, local: ServiceMix, place: number): number {
  const held = (front.localHeld[place] as number) / front.model.processes;
  const service = front.cpuService;
  service.delay = local.delaySeconds;
  service.cpu = local.cpuSeconds;
  service.otherLoad = front.relayLoad;
  service.seenRatio = held > 1 ? (held - 1) / held : 0;
  const jobs = stepCpuJobs(front.cpuJobs[place] as number, held, service);
  front.cpuJobs[place] = jobs;
  return jobs;
}

/** @returns arrivals that stay: none */
function abandonArrivals(front: Front, place: number, arrived: number): number {
  front.abandoned += arrived;
  front.localArrivals[place] = 0;
  front.relayArrivals[place] = 0;
  return 0;
}

function addTotals(front: Front, place: number): void {
  front.localTotal += front.localHeld[place] as number;
  front.relayTotal += front.relayHeld[place] as number;
  front.waitingTotal += front.waiting[place] as number;
}

/** Half of a request's CPU goes to its beginning, half to its end. */
function useCpu(front: Front, place: number, local: number, relayed: number): void {
  const { model } = front;
  const wanted =
    local * (front.local?.cpuMilliseconds ?? 0) + relayed * (front.relayed?.cpuMilliseconds ?? 0);
  const used = Math.min(wanted, model.processes * model.processMillicores);
  front.cpuMilliseconds[place] = (front.cpuMilliseconds[place] as number) + used;
  front.busyMilliseconds += used;
}
