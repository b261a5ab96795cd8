import type { ComponentModel } from './model.ts';
import { type Noise, noiseMask } from './noise.ts';

/** Where a pod is in its life. `pending` has no node yet; `starting` has one and is not Ready. */
export const podStates = { gone: 0, pending: 1, starting: 2, ready: 3, terminating: 4 } as const;

/**
 * The pods of one component, a column per property; a pod is its place in the columns.
 *
 * Pods become Ready once and stay so; a pod that fails its probes under load is not modelled.
 */
export interface Pods {
  readonly model: ComponentModel;
  readonly state: Uint8Array;
  readonly createdAt: Float64Array;
  /** status.startTime; for pods without a node the second from which it may be tried again. */
  readonly startedAt: Float64Array;
  readonly readyAt: Float64Array;
  readonly goneAt: Float64Array;
  /** Places in use are all below this. */
  used: number;
  /** Places of the Ready pods, the first `readyCount` entries. */
  readonly ready: Uint16Array;
  readyCount: number;
  /** Pods that are not terminating: status.replicas. */
  replicas: number;
  /** Pods that hold a node's resources, terminating ones included. */
  scheduled: number;
  terminating: number;
  created: number;
  /** Second before which nothing happens by itself. */
  nextEventAt: number;
  /** Places that became Ready, or were scaled in while Ready, in the last call: their load begins or ends. */
  readonly joined: number[];
  readonly left: number[];
}

/** @param mostReplicas there will be at a time; as many again may be terminating beside them */
export function createPods(model: ComponentModel, mostReplicas: number): Pods {
  const places = 2 * mostReplicas + 4;
  return {
    model,
    state: new Uint8Array(places),
    createdAt: new Float64Array(places),
    startedAt: new Float64Array(places),
    readyAt: new Float64Array(places),
    goneAt: new Float64Array(places),
    used: 0,
    ready: new Uint16Array(places),
    readyCount: 0,
    replicas: 0,
    scheduled: 0,
    terminating: 0,
    created: 0,
    nextEventAt: Number.POSITIVE_INFINITY,
    joined: [],
    left: [],
  };
}

/** Long enough before second 0 that no readiness rule of the HPA holds for these pods. */
const longAgoSeconds = 3600;

/** As many pods as given, Ready for an hour; those that find no node stay pending. */
export function startWithReady(pods: Pods, count: number, freeNodes: number): void {
  for (let index = 0; index < count; index++) {
    const place = takePlace(pods);
    const hasNode = index < freeNodes;
    pods.state[place] = hasNode ? podStates.ready : podStates.pending;
    pods.createdAt[place] = -longAgoSeconds;
    pods.startedAt[place] = -longAgoSeconds;
    pods.readyAt[place] = -longAgoSeconds;
    pods.replicas++;
    if (hasNode) pods.scheduled++;
  }
  listReady(pods);
  pods.joined.length = 0;
  for (let index = 0; index < pods.readyCount; index++) pods.joined.push(pods.ready[index] as number);
}

export interface LifecycleContext {
  readonly noise: Noise;
  /** Nodes' room for further pods, over all components. */
  freeNodes: number;
}

/** Creates or deletes pods until there are `wanted`, as the ReplicaSet controller does at once. */
export function scalePods(pods: Pods, wanted: number, atSeconds: number, context: LifecycleContext): void {
  while (pods.replicas < wanted && createPod(pods, atSeconds));
  while (pods.replicas > wanted) deletePod(pods, chooseVictim(pods, atSeconds, context.noise), atSeconds);
  advancePods(pods, atSeconds, context);
}

function createPod(pods: Pods, atSeconds: number): boolean {
  const place = takePlace(pods);
  if (place < 0) return false;
  pods.state[place] = podStates.pending;
  pods.createdAt[place] = atSeconds;
  pods.replicas++;
  pods.created++;
  pods.nextEventAt = atSeconds;
  return true;
}

function takePlace(pods: Pods): number {
  for (let place = 0; place < pods.used; place++) if (pods.state[place] === podStates.gone) return place;
  return pods.used < pods.state.length ? pods.used++ : -1;
}

function deletePod(pods: Pods, place: number, atSeconds: number): void {
  const before = pods.state[place] as number;
  pods.replicas--;
  if (before === podStates.pending) {
    pods.state[place] = podStates.gone;
    return;
  }
  // A pod that serves nothing yet ends at once; one that serves ends when its last request does.
  const drainSeconds = before === podStates.ready ? pods.model.drainSeconds : 0;
  pods.state[place] = podStates.terminating;
  pods.goneAt[place] = atSeconds + drainSeconds;
  pods.terminating++;
  pods.nextEventAt = Math.min(pods.nextEventAt, atSeconds + drainSeconds);
  if (before === podStates.ready) {
    pods.left.push(place);
    listReady(pods);
  }
}

/**
 * The pod that the ReplicaSet controller deletes first: without a node, then not Ready, then the one that is
 * Ready for the shortest time. Ready times are compared by their base-2 logarithm, with chance between equals.
 *
 * Not modelled: pods on the node with most siblings go before that; the order of nodes is not known.
 *
 * @see Kubernetes pkg/controller/controller_utils.go, ActivePodsWithRanks; feature gate LogarithmicScaleDown
 */
function chooseVictim(pods: Pods, atSeconds: number, noise: Noise): number {
  let victim = -1;
  let lowest = Number.POSITIVE_INFINITY;
  for (let place = 0; place < pods.used; place++) {
    const rank = victimRank(pods, place, atSeconds, noise);
    if (rank < lowest) {
      lowest = rank;
      victim = place;
    }
  }
  return victim;
}

function victimRank(pods: Pods, place: number, atSeconds: number, noise: Noise): number {
  const state = pods.state[place];
  const luck = noise.uniform[(place * 7919 + Math.floor(atSeconds) * 31) & noiseMask] as number;
  if (state === podStates.pending) return luck;
  if (state === podStates.starting) return 1000 - (pods.createdAt[place] as number) / 1e9;
  if (state !== podStates.ready) return Number.POSITIVE_INFINITY;
  const readySeconds = atSeconds - (pods.readyAt[place] as number);
  return 2000 + (readySeconds < 1 ? 0 : 1 + Math.floor(Math.log2(readySeconds))) + luck;
}

/** Lets happen what is due: pods find nodes, become Ready, and end. */
export function advancePods(pods: Pods, atSeconds: number, context: LifecycleContext): void {
  if (atSeconds < pods.nextEventAt) return;
  let next = Number.POSITIVE_INFINITY;
  for (let place = 0; place < pods.used; place++) {
    next = Math.min(next, advancePod(pods, place, atSeconds, context));
  }
  pods.nextEventAt = next;
  listReady(pods);
}

/** @returns second at which this pod's next mark is due */
function advancePod(pods: Pods, place: number, atSeconds: number, context: LifecycleContext): number {
  let state = pods.state[place] as number;
  if (state === podStates.pending) {
    if (context.freeNodes <= 0) return atSeconds + 1;
    schedulePod(pods, place, atSeconds, context);
    state = podStates.starting;
  }
  if (state === podStates.starting) {
    if ((pods.readyAt[place] as number) > atSeconds) return pods.readyAt[place] as number;
    pods.state[place] = podStates.ready;
    pods.joined.push(place);
    return Number.POSITIVE_INFINITY;
  }
  if (state !== podStates.terminating) return Number.POSITIVE_INFINITY;
  if ((pods.goneAt[place] as number) > atSeconds) return pods.goneAt[place] as number;
  pods.state[place] = podStates.gone;
  pods.terminating--;
  pods.scheduled--;
  context.freeNodes++;
  return Number.POSITIVE_INFINITY;
}

function schedulePod(pods: Pods, place: number, atSeconds: number, context: LifecycleContext): void {
  context.freeNodes--;
  pods.scheduled++;
  // One draw for both marks: a pod that starts late is Ready late.
  const luck = context.noise.uniform[(pods.created * 104_729 + place) & noiseMask] as number;
  pods.state[place] = podStates.starting;
  pods.startedAt[place] = atSeconds + quantileOf(pods.model.startedSeconds, luck);
  // What serves is followed in whole seconds: from the nearest one on, not from the next.
  pods.readyAt[place] = Math.round(atSeconds + quantileOf(pods.model.readySeconds, luck));
}

function quantileOf(quantiles: readonly number[], share: number): number {
  const at = share * (quantiles.length - 1);
  const low = quantiles[Math.floor(at)] ?? 0;
  const high = quantiles[Math.ceil(at)] ?? low;
  return low + (at - Math.floor(at)) * (high - low);
}

function listReady(pods: Pods): void {
  let count = 0;
  for (let place = 0; place < pods.used; place++) {
    if (pods.state[place] === podStates.ready) pods.ready[count++] = place;
  }
  pods.readyCount = count;
}
