import { fillAnswers } from './answer-stage.ts';
import { clearQueue, createFifoQueues, type FifoQueues } from './fifo-queue.ts';
import type { CpuMet } from './first-token-delays.ts';
import { createGoneClients, forgetGone, type GoneClients, goneInBacklog } from './front-give-up.ts';
import { createFrontTrace, type FrontTrace } from './front-trace.ts';
import { createHandover, type Handover, handOver } from './handover.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';
import { createPatience, type Patience } from './patience.ts';
import { createPodCpu, createPodFlow, type PodCpu, type PodFlow } from './pod-flow.ts';
import type { Pods } from './pods.ts';
import { type CalmLimits, createCalmLimits, createPoolPlan, type PoolPlan } from './pool-plan.ts';
import { createRelayStage, fillRuns, type RelayStage } from './relay-stage.ts';
import { noService, type ServiceMix, serviceMix } from './service-mix.ts';

/**
 * A component whose pods each have connection slots and a listen backlog of their own: a request goes to a pod at
 * random and waits there, even while another pod has free slots. New pods take new requests only.
 *
 * Columns hold one value per pod: requests are a real number, not objects. While no pod comes near its slots or
 * its CPU the pods are alike, and the sums stand for all of them (`isPooled`): the common case, and the fast one.
 */
export interface Front {
  readonly model: ComponentModel;
  readonly pods: Pods;
  /** Requests that run here; null: none do. */
  readonly local: ServiceMix | null;
  /** Requests that hold a slot here while a worker runs them; null: none do. */
  readonly relayed: ServiceMix | null;
  isPooled: boolean;
  readonly columns: FrontColumns;
  /** Over all pods; while pooled the columns hold nothing. */
  readonly sums: FrontSums;
  /** Of pods that are followed one by one; null until some are. */
  own: FrontPods | null;
  readonly calm: CalmLimits;
  /** Reused. */
  readonly plan: PoolPlan;
  /** While pooled: requests whose delays are not recorded yet, and the second at which they are. */
  unrecorded: number;
  recordAt: number;
  /** Reused. */
  readonly cpuMet: CpuMet;
  readonly flow: PodFlow;
  /** CPU used so far for requests, milliseconds: by each pod while pooled; a pod's own is in the columns. */
  pooledCpuMilliseconds: number;
  /** Requests that come to run here, per second from `first` on. */
  readonly arrivals: FrontArrivals;
  /** Second by second what it holds and uses; null unless somebody wants to see it. */
  readonly trace: FrontTrace | null;
  /** Streams of pods that are gone from the endpoints, still relayed. */
  orphans: number;
  /** Arrivals a second of late, smoothed. */
  relaysOfLate: number;
  localsOfLate: number;
  /** CPU of a request that comes, and of one that is on a process: seconds, mean over all kinds. */
  cpuSeconds: number;
  cpuSecondsOfJob: number;
  /** Runs that are handed to the queue in this second, or stretch of seconds; taken up by it before the next. */
  readonly handover: Handover;
  /** Of clients of requests that run here, or of runs until they are handed over. */
  readonly patience: Patience;
  /** Requests that have begun, or were handed over, of which the client has left or will: each counts as failed. */
  abandoned: number;
  /** Requests in the backlogs whose client has left; they are begun all the same. */
  goneInBacklogs: number;
  cutStreams: number;
}

/** Requests by where they are. */
export interface FrontSums {
  /** Of those that run here: on the CPU before their first token, waiting for others, on the CPU after it. */
  beginning: number;
  answering: number;
  ending: number;
  relayed: number;
  /** In the listen backlog. */
  waiting: number;
  /** On the CPU of one process, those that are relayed included. */
  cpuJobs: number;
}

export interface FrontArrivals {
  local: Uint16Array;
  first: number;
}

const noArrivals = new Uint16Array(1);

export interface FrontColumns {
  readonly beginning: Float64Array;
  readonly answering: Float64Array;
  readonly ending: Float64Array;
  /** All that are relayed; those among them that are on the CPU, before and after their run. */
  readonly relayed: Float64Array;
  readonly accepting: Float64Array;
  readonly closing: Float64Array;
  readonly waiting: Float64Array;
  readonly cpuJobs: Float64Array;
  readonly cpuMilliseconds: Float64Array;
  /** CPU that is wanted and not used yet, milliseconds. */
  readonly owedCpu: Float64Array;
  readonly localArrivals: Float64Array;
  readonly relayArrivals: Float64Array;
}

export function createFront(
  model: SimulationModel,
  component: ComponentModel,
  pods: Pods,
  demand: Demand,
  options: { readonly withTrace: boolean },
): Front {
  const local = serviceMix(model, component, 'local', demand);
  return {
    model: component,
    pods,
    local,
    relayed: serviceMix(model, component, 'relayed', demand),
    isPooled: true,
    columns: createColumns(pods.state.length),
    sums: { beginning: 0, answering: 0, ending: 0, relayed: 0, waiting: 0, cpuJobs: 0 },
    own: null,
    calm: createCalmLimits(local?.cpuSeconds ?? 0),
    plan: createPoolPlan(),
    unrecorded: 0,
    recordAt: 0,
    cpuMet: { jobs: 0, growth: 0, variation: 0, most: Number.POSITIVE_INFINITY },
    flow: createPodFlow(),
    pooledCpuMilliseconds: 0,
    arrivals: { local: noArrivals, first: 0 },
    trace: options.withTrace ? createFrontTrace(demand.durationSeconds) : null,
    orphans: 0,
    relaysOfLate: 0,
    localsOfLate: 0,
    cpuSeconds: 0,
    cpuSecondsOfJob: 0,
    handover: createHandover(),
    patience: createPatience(model.limits.requestTimeoutSeconds, local ?? noService),
    abandoned: 0,
    goneInBacklogs: 0,
    cutStreams: 0,
  };
}

function createColumns(places: number): FrontColumns {
  const column = () => new Float64Array(places);
  return {
    beginning: column(),
    answering: column(),
    ending: column(),
    relayed: column(),
    accepting: column(),
    closing: column(),
    waiting: column(),
    cpuJobs: column(),
    cpuMilliseconds: column(),
    owedCpu: column(),
    localArrivals: column(),
    relayArrivals: column(),
  };
}

/** What each pod has of its own: CPU, and a listen backlog. */
export interface FrontPods {
  readonly cpu: PodCpu;
  readonly backlog: FifoQueues;
  /** null where nothing is relayed. */
  readonly relays: RelayStage | null;
  readonly clients: GoneClients;
  /** Of those in the backlog, how many will be relayed. */
  readonly relaysWaiting: Float64Array;
}

/** Made when they are first needed: most simulations of a calm component never do. */
export function podsOf(front: Front): FrontPods {
  const places = front.columns.beginning.length;
  front.own ??= {
    cpu: createPodCpu(places, front.local ?? noService),
    backlog: createFifoQueues(places),
    relays: front.relayed === null ? null : createRelayStage(places, front.relayed),
    clients: createGoneClients(places),
    relaysWaiting: new Float64Array(places),
  };
  return front.own;
}

/** A pod's rings begin anew at a second. */
export function beginPod(front: Front, place: number, atSeconds: number): void {
  const { cpu, backlog, relays, clients, relaysWaiting } = podsOf(front);
  forgetGone(clients, place);
  relaysWaiting[place] = 0;
  cpu.isShared[place] = 0;
  fillAnswers(cpu.answers, place, atSeconds, front.columns.answering[place] as number);
  clearQueue(backlog, place, atSeconds);
  if (relays?.isFollowed) fillRuns(relays, place, atSeconds, front.columns.relayed[place] as number);
}

/** Requests that run here and are not waiting for a slot, over all pods. */
export function localHeld({ sums }: Front): number {
  return sums.beginning + sums.answering + sums.ending;
}

/** CPU that a pod has used so far for requests, milliseconds. */
export function cpuOfPod({ columns, pooledCpuMilliseconds }: Front, place: number): number {
  return (columns.cpuMilliseconds[place] as number) + pooledCpuMilliseconds;
}

/**
 * Pods that joined begin empty; of those that left, streams longer than the grace are cut.
 *
 * @returns requests cut
 */
export function applyPodChanges(front: Front, atSeconds: number): number {
  const { pods } = front;
  const cutBefore = front.cutStreams;
  for (let index = 0; index < pods.left.length; index++) {
    // While pooled each pod, the leaving ones included, holds the same.
    if (front.isPooled) leavePool(front, 1 / (pods.readyCount + pods.left.length - index));
    else leave(front, pods.left[index] as number, atSeconds);
  }
  for (const place of pods.left) clearPlace(front, place);
  for (const place of pods.joined) {
    clearPlace(front, place);
    if (!front.isPooled) beginPod(front, place, atSeconds);
  }
  return front.cutStreams - cutBefore;
}

function leavePool(front: Front, share: number): void {
  const { sums } = front;
  cutStreams(front, localHeld(front) * share, sums.relayed * share, 0);
  sums.beginning *= 1 - share;
  sums.answering *= 1 - share;
  sums.ending *= 1 - share;
  sums.relayed *= 1 - share;
}

function leave(front: Front, place: number, atSeconds: number): void {
  const { beginning, answering, ending, relayed, accepting, closing, waiting, cpuJobs } = front.columns;
  const own = podsOf(front);
  const local = (beginning[place] as number) + (answering[place] as number) + (ending[place] as number);
  const running = (relayed[place] as number) - (closing[place] as number);
  // Nothing is cut for a client that has left.
  const gone = goneInBacklog(front, own, place, atSeconds);
  front.abandoned += gone;
  front.goneInBacklogs -= gone;
  const heard = local - (own.clients.gone[place] as number);
  cutStreams(front, heard, running, Math.max(0, (waiting[place] as number) - gone));
  // What it has begun to accept it hands over yet, for it has its grace.
  const wait = ((cpuJobs[place] as number) * (front.relayed?.cpuSeconds ?? 0)) / 2;
  if (running > 0) handOver(front.handover, accepting[place] as number, wait, wait);
}

/** Gunicorn stops accepting at once, so what waits in the backlog is refused; streams have the grace. */
function cutStreams(front: Front, local: number, relays: number, waiting: number): void {
  front.cutStreams += waiting;
  front.cutStreams += local * (front.local?.outlivesGraceRatio ?? 0);
  front.cutStreams += relays * (front.relayed?.outlivesGraceRatio ?? 0);
  front.orphans += relays;
}

function clearPlace({ columns, pooledCpuMilliseconds }: Front, place: number): void {
  columns.beginning[place] = 0;
  columns.answering[place] = 0;
  columns.ending[place] = 0;
  columns.relayed[place] = 0;
  columns.accepting[place] = 0;
  columns.closing[place] = 0;
  columns.waiting[place] = 0;
  columns.cpuJobs[place] = 0;
  columns.owedCpu[place] = 0;
  columns.cpuMilliseconds[place] = -pooledCpuMilliseconds;
}

/** Works out anew what requests take of CPU, as they came of late: those that take longer are met more often. */
export function updateCpuSeconds(front: Front): void {
  const { relaysOfLate, localsOfLate } = front;
  const all = relaysOfLate + localsOfLate;
  const relays = all > 0 ? relaysOfLate / all : 0;
  const local = front.local?.cpuSeconds ?? 0;
  const ofStage = (front.relayed?.cpuSeconds ?? 0) / 2;
  const cpuSeconds = (1 - relays) * local + relays * 2 * ofStage;
  front.cpuSeconds = cpuSeconds;
  front.cpuSecondsOfJob =
    cpuSeconds > 0 ? ((1 - relays) * local * local + relays * 2 * ofStage * ofStage) / cpuSeconds : 0;
}

/** A process that did nothing but relay would never serve anything else. */
const mostRelayLoad = 0.98;

/** Share of a process that relaying takes, 0–1. */
export function relayLoadOf(front: Front): number {
  const { pods, model, relayed, relaysOfLate } = front;
  if (relayed === null) return 0;
  const processes = Math.max(1, pods.readyCount * model.processes);
  return Math.min(mostRelayLoad, (relaysOfLate * relayed.cpuSeconds) / processes);
}
