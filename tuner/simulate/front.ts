import type { CpuService } from './cpu-sharing.ts';
import { createFrontPool, type FrontPool } from './front-pool.ts';
import type { ComponentModel, Demand, SimulationModel } from './model.ts';
import type { Pods } from './pods.ts';
import { type ServiceMix, serviceMix } from './service-mix.ts';

/**
 * A component whose pods each have connection slots and a listen backlog of their own: a request goes to a pod at
 * random and waits there, even while another pod has free slots. New pods take new requests only.
 *
 * Columns hold one value per pod: requests are a real number, not objects. While no pod comes near its slots or
 * its CPU the pods are alike, and one row stands for all of them (`isPooled`): the common case, and the fast one.
 */
export interface Front {
  readonly model: ComponentModel;
  readonly pods: Pods;
  /** Requests that run here; null: none do. */
  readonly local: ServiceMix | null;
  /** Requests that hold a slot here while a worker runs them; null: none do. */
  readonly relayed: ServiceMix | null;
  isPooled: boolean;
  /** While pooled these are the sums over all pods and the columns hold nothing; else sums of the last second. */
  localTotal: number;
  relayTotal: number;
  waitingTotal: number;
  readonly localHeld: Float64Array;
  readonly relayHeld: Float64Array;
  readonly waiting: Float64Array;
  readonly cpuJobs: Float64Array;
  readonly pool: FrontPool;
  /** Input of stepCpuJobs, reused. */
  readonly cpuService: CpuService;
  /** CPU used so far for requests, milliseconds: a pod's own, and what each pod used while pooled. */
  readonly cpuMilliseconds: Float64Array;
  pooledCpuMilliseconds: number;
  /** Of this second: in all, and by pod where the pods are not pooled. */
  localArrived: number;
  relayArrived: number;
  readonly localArrivals: Float64Array;
  readonly relayArrivals: Float64Array;
  /** Streams of pods that are gone from the endpoints, still relayed. */
  orphans: number;
  /** Smoothed: of a waiting request, the chance that it is relayed; load of relaying per process, 0–1. */
  relayRatio: number;
  relayLoad: number;
  busyMilliseconds: number;
  /** Runs handed to the queue in this second, and the sum of the delays they had met before, seconds. */
  handedOver: number;
  handedOverDelays: number;
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
    isPooled: true,
    localTotal: 0,
    relayTotal: 0,
    waitingTotal: 0,
    localHeld: column(),
    relayHeld: column(),
    waiting: column(),
    cpuJobs: column(),
    pool: createFrontPool(),
    cpuService: { delay: 1, cpu: 0, otherLoad: 0, seenRatio: 0 },
    cpuMilliseconds: column(),
    pooledCpuMilliseconds: 0,
    localArrived: 0,
    relayArrived: 0,
    localArrivals: column(),
    relayArrivals: column(),
    orphans: 0,
    relayRatio: 0,
    relayLoad: 0,
    busyMilliseconds: 0,
    handedOver: 0,
    handedOverDelays: 0,
    abandoned: 0,
    cutStreams: 0,
  };
}

/** CPU that a pod has used so far for requests, milliseconds. */
export function cpuOfPod(front: Front, place: number): number {
  return (front.cpuMilliseconds[place] as number) + front.pooledCpuMilliseconds;
}

/** Pods that joined begin empty; of those that left, streams longer than the grace are cut. */
export function applyPodChanges(front: Front): void {
  const { pods } = front;
  for (let index = 0; index < pods.left.length; index++) {
    const place = pods.left[index] as number;
    // While pooled each pod, the leaving ones included, holds the same.
    const share = front.isPooled ? 1 / (pods.readyCount + pods.left.length - index) : 0;
    const local = front.isPooled ? front.localTotal * share : (front.localHeld[place] as number);
    const relays = front.isPooled ? front.relayTotal * share : (front.relayHeld[place] as number);
    cutStreams(front, local, relays, front.isPooled ? 0 : (front.waiting[place] as number));
    if (front.isPooled) {
      front.localTotal -= local;
      front.relayTotal -= relays;
    }
    clearPlace(front, place);
  }
  for (const place of pods.joined) clearPlace(front, place);
}

/** Gunicorn stops accepting at once, so what waits in the backlog is refused; streams have the grace. */
function cutStreams(front: Front, local: number, relays: number, waiting: number): void {
  front.cutStreams += waiting;
  front.cutStreams += local * (front.local?.outlivesGraceRatio ?? 0);
  front.cutStreams += relays * (front.relayed?.outlivesGraceRatio ?? 0);
  front.orphans += relays;
}

function clearPlace(front: Front, place: number): void {
  front.localHeld[place] = 0;
  front.relayHeld[place] = 0;
  front.waiting[place] = 0;
  front.cpuJobs[place] = 0;
  front.cpuMilliseconds[place] = -front.pooledCpuMilliseconds;
}
