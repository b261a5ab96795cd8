import { expectedJobs, throughCpu } from './cpu-sharing.ts';
import { drawEnded } from './draw-ended.ts';
import { addToClasses } from './first-token-delays.ts';
import type { Front } from './front.ts';
import type { FrontSecond } from './front-second.ts';
import { noiseMask } from './noise.ts';
import type { ServiceMix } from './service-mix.ts';

/** Moves each Ready pod on by one second, with the slots, the backlog and the CPU that are its own. */
export function stepPods(front: Front, second: FrontSecond): void {
  const { pods, sums } = front;
  sums.beginning = 0;
  sums.answering = 0;
  sums.ending = 0;
  sums.relayed = 0;
  sums.waiting = 0;
  sums.cpuJobs = 0;
  front.busyMilliseconds = 0;
  for (let index = 0; index < pods.readyCount; index++) stepPod(front, pods.ready[index] as number, second);
  sums.cpuJobs /= Math.max(1, pods.readyCount);
}

/** An arrival to a full pod waits for at least one request to end. */
const slotWaitOffset = 1;
/** A pod whose number of requests, as a real number, is within this of its slots is full. */
const fullWithin = 0.5;

const noService: ServiceMix = {
  classes: [],
  cpuBefore: 0,
  cpuAfter: 0,
  cpuSeconds: 0,
  surviving: 0,
  newSurviving: 0,
  squaredVariation: 0,
  outlivesGraceRatio: 0,
};

function stepPod(front: Front, place: number, second: FrontSecond): void {
  const { columns } = front;
  const local = front.local ?? noService;
  const slots = front.model.slotsPerReplica;
  const jobs = expectedJobs(columns.cpuJobs[place] as number, columns.cpuGrowth[place] as number);
  const beginning = columns.beginning[place] as number;
  const answering = columns.answering[place] as number;
  const ending = columns.ending[place] as number;
  const relayed = columns.relayed[place] as number;
  const waiting = columns.waiting[place] as number;
  const held = beginning + answering + ending + relayed;

  const arrived = (columns.localArrivals[place] as number) + (columns.relayArrivals[place] as number);
  // Of each request on its way, the chance that it passes a stage in this second.
  const passBegin = throughCpu(1, local.cpuBefore, jobs);
  const passEnd = throughCpu(1, local.cpuAfter, jobs);
  const newAnswered = 1 - local.newSurviving;
  const relayEnding = second.relayEndedRatio;
  const meanAnswered = answering * (1 - local.surviving) + beginning * passBegin * newAnswered;
  const meanEnded = (ending + meanAnswered) * passEnd + relayed * relayEnding;

  const relayShare = relayShareOf(front, place, waiting, arrived);
  const endedOfNew = (1 - relayShare) * passBegin * newAnswered * passEnd + (relayShare * relayEnding) / 2;
  // A full pod takes in as many as end, and some of those end in the same second.
  const endingRate = meanEnded / (1 - endedOfNew);
  const excess = held + waiting - slots + (arrived - endingRate) / 2;
  const slotWait = waitForSlot(front, place, excess, endingRate, second);
  const localArrived = columns.localArrivals[place] as number;
  const relayArrived = columns.relayArrivals[place] as number;
  if (localArrived > 0) addLocalDelays(front, place, localArrived, slotWait, second);
  const available = waiting + localArrived + relayArrived;
  const isFull = available * (1 - endedOfNew) > slots - held + meanEnded;
  const chance = drawAnswers(local, meanAnswered, isFull, second, place);
  const relayEnded = drawRelays(relayed, second, place);
  const ended = (ending + chance) * passEnd + relayEnded;
  const started = Math.min(available, Math.max(0, (slots - held + ended) / (1 - endedOfNew)));

  const localStarted = started * (1 - relayShare);
  const relayStarted = started - localStarted;
  const begun = (beginning + localStarted) * passBegin;
  const answered = chance + localStarted * passBegin * newAnswered;
  const finished = (ending + answered) * passEnd;
  const relayFinished = relayEnded + (relayStarted * second.relayEndedRatio) / 2;
  columns.beginning[place] = beginning + localStarted - begun;
  columns.answering[place] = Math.max(0, answering + begun - answered);
  columns.ending[place] = ending + answered - finished;
  columns.relayed[place] = Math.max(0, relayed + relayStarted - relayFinished);
  columns.waiting[place] = available - started;
  columns.localArrivals[place] = 0;
  columns.relayArrivals[place] = 0;
  const localCpu = begun * local.cpuBefore + finished * local.cpuAfter;
  const relayCpu = ((relayStarted + relayFinished) / 2) * (front.relayed?.cpuSeconds ?? 0);
  useCpu(front, place, localCpu + relayCpu);
  handOver(front, relayStarted, slotWait + jobs * acceptSeconds(front));
  addTotals(front, place);
}

/**
 * Of the wait for CPU around its mean: the luck of a second is followed for each pod, that within it is not, nor
 * that of one process of several.
 */
const variationWithinSecond = 0.4;

function addLocalDelays(
  front: Front,
  place: number,
  arrived: number,
  slotWait: number,
  second: FrontSecond,
): void {
  const { cpuMet, columns, model } = front;
  cpuMet.jobs = columns.cpuJobs[place] as number;
  cpuMet.growth = columns.cpuGrowth[place] as number;
  cpuMet.variation = Math.sqrt(1 - (1 - variationWithinSecond * variationWithinSecond) / model.processes);
  addToClasses(second.delays, arrived, slotWait, cpuMet);
}

/** Of what is there to begin, the share that will be relayed. */
function relayShareOf(front: Front, place: number, waiting: number, arrived: number): number {
  if (front.relayed === null || waiting + arrived === 0) return 0;
  return (waiting * front.relayRatio + (front.columns.relayArrivals[place] as number)) / (waiting + arrived);
}

/** Requests that are done waiting for others: those that were, and those that began to in this second. */
function drawAnswers(
  local: ServiceMix,
  mean: number,
  isFull: boolean,
  second: FrontSecond,
  place: number,
): number {
  // While all slots are taken, what ends makes room for what begins, and only service times differ.
  const variance = isFull ? mean * local.squaredVariation : mean * local.surviving;
  const luck = second.noise.normal[(second.atSeconds + place * 7919) & noiseMask] as number;
  return drawEnded(mean, variance, luck);
}

function drawRelays(relayed: number, second: FrontSecond, place: number): number {
  const mean = relayed * second.relayEndedRatio;
  const luck = second.noise.normal[(second.atSeconds + place * 7919 + 40_009) & noiseMask] as number;
  return Math.min(drawEnded(mean, mean * (1 - second.relayEndedRatio), luck), relayed);
}

/**
 * Seconds that an arrival of this second waits for a slot, from the backlog in the middle of the second.
 *
 * Arrivals that would wait longer than their client does are given up.
 */
function waitForSlot(
  front: Front,
  place: number,
  excess: number,
  endingRate: number,
  second: FrontSecond,
): number {
  const { localArrivals, relayArrivals } = front.columns;
  if (excess < -fullWithin) return 0;
  const wait = (excess + slotWaitOffset) / Math.max(endingRate, 0.01);
  if (wait <= second.requestTimeoutSeconds) return wait;
  front.abandoned += (localArrivals[place] as number) + (relayArrivals[place] as number);
  localArrivals[place] = 0;
  relayArrivals[place] = 0;
  return wait;
}

function acceptSeconds({ relayed }: Front): number {
  return relayed === null ? 0 : relayed.cpuSeconds / 2;
}

function useCpu(front: Front, place: number, seconds: number): void {
  const used = seconds * front.model.processMillicores;
  const { cpuMilliseconds } = front.columns;
  cpuMilliseconds[place] = (cpuMilliseconds[place] as number) + used;
  front.busyMilliseconds += used;
}

function handOver(front: Front, count: number, delaySeconds: number): void {
  front.handedOver += count;
  front.handedOverDelays += count * delaySeconds;
}

function addTotals(front: Front, place: number): void {
  const { columns, sums, model } = front;
  const onCpu = (columns.beginning[place] as number) + (columns.ending[place] as number);
  const before = columns.cpuJobs[place] as number;
  const jobs = onCpu / model.processes + front.relayLoad * (1 + before);
  columns.cpuJobs[place] = jobs;
  columns.cpuGrowth[place] = jobs - before;
  sums.beginning += columns.beginning[place] as number;
  sums.answering += columns.answering[place] as number;
  sums.ending += columns.ending[place] as number;
  sums.relayed += columns.relayed[place] as number;
  sums.waiting += columns.waiting[place] as number;
  sums.cpuJobs += jobs;
}
