import type { RequestClass } from '../contracts/component.ts';
import { type CpuService, stepCpuJobs, survivingSecond } from './cpu-sharing.ts';
import { addDelay, addExponentialDelay, type DelayHistogram } from './delay-histogram.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';
import { type Noise, noiseMask } from './noise.ts';
import type { Pods } from './pods.ts';
import { type ServiceMix, serviceMix } from './service-mix.ts';

/**
 * A component whose pods each have connection slots and a listen backlog of their own: a request goes to a pod at
 * random and waits there, even while another pod has free slots. New pods take new requests only.
 *
 * Columns hold one value per pod: requests are a real number, not objects.
 */
export interface Front {
  readonly model: ComponentModel;
  readonly pods: Pods;
  /** Requests that run here; null: none do. */
  readonly local: ServiceMix | null;
  /** Requests that hold a slot here while a worker runs them; null: none do. */
  readonly relayed: ServiceMix | null;
  readonly localHeld: Float64Array;
  readonly relayHeld: Float64Array;
  readonly waiting: Float64Array;
  readonly cpuJobs: Float64Array;
  /** Input of {@link stepCpuJobs}, reused. */
  readonly cpuService: CpuService;
  /** CPU used so far for requests, milliseconds. */
  readonly cpuMilliseconds: Float64Array;
  readonly localArrivals: Float64Array;
  readonly relayArrivals: Float64Array;
  /** Streams of pods that are gone from the endpoints, still relayed. */
  orphans: number;
  /** Smoothed: of a waiting request, the chance that it is relayed; load of relaying per process, 0–1. */
  relayRatio: number;
  relayLoad: number;
  // Of the last second, over all pods:
  localTotal: number;
  relayTotal: number;
  waitingTotal: number;
  busyMilliseconds: number;
  /** Runs handed to the queue, and the mean delay they had met before. */
  handedOver: number;
  handedOverDelay: number;
  /** Requests given up because they would have waited longer than their client does. */
  abandoned: number;
  cutStreams: number;
}

export function createFront(
  model: SimulationModel,
  component: ComponentModel,
  pods: Pods,
  demand: Demand,
): Front {
  const column = () => new Float64Array(pods.state.length);
  return {
    model: component,
    pods,
    local: serviceMix(model, component, 'local', demand),
    relayed: serviceMix(model, component, 'relayed', demand),
    localHeld: column(),
    relayHeld: column(),
    waiting: column(),
    cpuJobs: column(),
    cpuService: { delay: 1, cpu: 0, otherLoad: 0, seenRatio: 0 },
    cpuMilliseconds: column(),
    localArrivals: column(),
    relayArrivals: column(),
    orphans: 0,
    relayRatio: 0,
    relayLoad: 0,
    localTotal: 0,
    relayTotal: 0,
    waitingTotal: 0,
    busyMilliseconds: 0,
    handedOver: 0,
    handedOverDelay: 0,
    abandoned: 0,
    cutStreams: 0,
  };
}

/** An arrival to a full pod waits for at least one to end; half of one more is what a real number rounds off. */
const slotWaitOffset = 1;

/** Pods that joined begin empty; of those that left, streams longer than the grace are cut. */
export function applyPodChanges(front: Front): void {
  const { pods, local, relayed } = front;
  for (const place of pods.joined) clearPlace(front, place);
  for (const place of pods.left) {
    const relays = front.relayHeld[place] as number;
    front.cutStreams += (front.localHeld[place] as number) * (local?.outlivesGraceRatio ?? 0);
    front.cutStreams += relays * (relayed?.outlivesGraceRatio ?? 0);
    // Gunicorn stops accepting at once: what waits in the backlog is refused.
    front.cutStreams += front.waiting[place] as number;
    front.orphans += relays;
    clearPlace(front, place);
  }
}

function clearPlace(front: Front, place: number): void {
  front.localHeld[place] = 0;
  front.relayHeld[place] = 0;
  front.waiting[place] = 0;
  front.cpuJobs[place] = 0;
  front.cpuMilliseconds[place] = 0;
}

/** More are spread by a normal approximation: one look-up each would cost too much. */
const mostDrawnSingly = 24;

/** Puts each of `count` requests on a Ready pod at random. */
export function spreadArrivals(
  pods: Pods,
  arrivals: Float64Array,
  count: number,
  draw: { readonly noise: Noise; readonly at: number },
): void {
  const { ready, readyCount } = pods;
  if (count > mostDrawnSingly) {
    spreadMany(pods, arrivals, count, draw);
    return;
  }
  const { uniform } = draw.noise;
  for (let index = 0; index < count; index++) {
    const luck = uniform[(draw.at + index) & noiseMask] as number;
    const place = ready[(luck * readyCount) | 0] as number;
    arrivals[place] = (arrivals[place] as number) + 1;
  }
}

/** Binomial pod by pod, each by its normal approximation; the first pod changes, as the last takes the rest. */
function spreadMany(
  { ready, readyCount }: Pods,
  arrivals: Float64Array,
  count: number,
  draw: { readonly noise: Noise; readonly at: number },
): void {
  let rest = count;
  for (let index = 0; index < readyCount; index++) {
    const place = ready[(index + draw.at) % readyCount] as number;
    const share = 1 / (readyCount - index);
    const luck = draw.noise.normal[(draw.at + index * 7919) & noiseMask] as number;
    const drawn = rest * share + luck * Math.sqrt(rest * share * (1 - share));
    const taken = Math.min(rest, Math.max(0, drawn));
    arrivals[place] = taken;
    rest -= taken;
  }
}

export interface FrontSecond {
  readonly noise: Noise;
  atSeconds: number;
  /** Of the runs in queue and workers, the share that ended in this second. */
  relayEndedRatio: number;
  readonly requestTimeoutSeconds: number;
  /** Delays of local requests before their first token, by class, and each class's share of this second's. */
  readonly delays: LocalDelays[];
}

export interface LocalDelays {
  readonly name: RequestClass;
  readonly histogram: DelayHistogram;
  /** Of the local requests that arrived in this second, 0–1. */
  share: number;
  /** CPU seconds before the first token at full speed. */
  readonly cpuSecondsBeforeFirstToken: number;
}

/** Moves every Ready pod on by one second. */
export function stepFront(front: Front, second: FrontSecond): void {
  const { pods } = front;
  smoothRelays(front);
  front.localTotal = 0;
  front.relayTotal = 0;
  front.waitingTotal = 0;
  front.busyMilliseconds = 0;
  front.handedOver = 0;
  front.handedOverDelay = 0;
  front.orphans *= 1 - second.relayEndedRatio;
  for (let index = 0; index < pods.readyCount; index++) stepPod(front, pods.ready[index] as number, second);
  if (front.handedOver > 0) front.handedOverDelay /= front.handedOver;
}

const smoothingSeconds = 5;

function smoothRelays(front: Front): void {
  const { pods, relayed, model } = front;
  if (relayed === null) return;
  let relays = 0;
  let all = 0;
  for (let index = 0; index < pods.readyCount; index++) {
    const place = pods.ready[index] as number;
    relays += front.relayArrivals[place] as number;
    all += (front.relayArrivals[place] as number) + (front.localArrivals[place] as number);
  }
  const weight = 1 / smoothingSeconds;
  if (all > 0) front.relayRatio += weight * (relays / all - front.relayRatio);
  const perProcess = pods.readyCount === 0 ? 0 : relays / pods.readyCount / model.processes;
  front.relayLoad += weight * (Math.min(0.98, perProcess * relayed.cpuSeconds) - front.relayLoad);
}

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
  addLocalDelays(second.delays, front.localArrivals[place] as number, slotWait, cpuJobs);

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
  const localSpread = isFull
    ? localMean * (local?.squaredVariation ?? 0)
    : localHeld * surviving * (1 - surviving) +
      starting * (1 - relayShare) * newSurviving * (1 - newSurviving);
  const at = second.atSeconds + place * 7919;
  const { normal } = second.noise;
  const localEnded = drawEnded(localMean, localSpread, normal[at & noiseMask] as number);
  const relayMean = relayHeld * relayEnding + starting * relayShare * (relayEnding / 2);
  const relayEnded = drawEnded(
    relayMean,
    relayMean * (1 - relayEnding),
    normal[(at + 40_009) & noiseMask] as number,
  );
  const admitted = Math.min(available, Math.max(0, slots - localHeld - relayHeld + localEnded + relayEnded));

  const localStarted = admitted * (1 - relayShare);
  const relayStarted = admitted - localStarted;
  front.localHeld[place] = Math.max(0, localHeld + localStarted - localEnded);
  front.relayHeld[place] = Math.max(0, relayHeld + relayStarted - relayEnded);
  front.waiting[place] = available - admitted;
  front.localArrivals[place] = 0;
  front.relayArrivals[place] = 0;
  useCpu(front, place, (localStarted + localEnded) / 2, (relayStarted + relayEnded) / 2);
  handOver(front, relayStarted, slotWait + cpuJobs * (relayed?.cpuSeconds ?? 0));
  front.localTotal += front.localHeld[place] as number;
  front.relayTotal += front.relayHeld[place] as number;
  front.waitingTotal += front.waiting[place] as number;
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

function addLocalDelays(
  delays: readonly LocalDelays[],
  arrived: number,
  slotWait: number,
  cpuJobs: number,
): void {
  if (arrived <= 0) return;
  for (let index = 0; index < delays.length; index++) {
    const { histogram, share, cpuSecondsBeforeFirstToken } = delays[index] as LocalDelays;
    addFirstTokenDelay(histogram, slotWait, cpuSecondsBeforeFirstToken * cpuJobs, arrived * share);
  }
}

/** Shorter ones are lost in the usual time to the first token. */
const negligibleSeconds = 0.004;

/** A wait for a slot, known well, and one for CPU, which is about exponential. */
export function addFirstTokenDelay(
  histogram: DelayHistogram,
  slotWait: number,
  cpuWait: number,
  weight: number,
): void {
  if (slotWait > cpuWait || cpuWait < negligibleSeconds) addDelay(histogram, slotWait + cpuWait, weight);
  else addExponentialDelay(histogram, slotWait + cpuWait, weight);
}

/** A count around its mean, ≥ 0; for means below 1 the spread is cut so that little falls below 0. */
export function drawEnded(mean: number, variance: number, luck: number): number {
  const deviation = Math.sqrt(variance);
  const drawn = mean + (deviation < mean ? deviation : mean) * luck;
  return drawn > 0 ? drawn : 0;
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

function handOver(front: Front, count: number, delaySeconds: number): void {
  front.handedOver += count;
  front.handedOverDelay += count * delaySeconds;
}
