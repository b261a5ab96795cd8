import { runningRuns, stepBack } from './back.ts';
import { localHeld } from './front.ts';
import { stepFront } from './front-second.ts';
import { noiseMask } from './noise.ts';
import type { ClassFlow, QueuedFlow, Unit, World } from './world.ts';

/** A second of traffic: requests arrive, are served at the connections, and run from the queue. */
export function stepSecond(world: World, atSeconds: number): void {
  const refused = world.limitsMayBind ? refusedRatio(world) : 0;
  const { flows, fronts, queues } = world;
  for (let index = 0; index < flows.length; index++) {
    admitArrivals(world, flows[index] as ClassFlow, atSeconds, refused);
  }
  for (let index = 0; index < fronts.length; index++) {
    serveConnections(world, fronts[index] as Unit, atSeconds);
  }
  for (let index = 0; index < queues.length; index++) {
    serveQueue(world, queues[index] as QueuedFlow, atSeconds);
  }
}

/** Share of requests that are refused for want of database connections or of calls to the language model. */
function refusedRatio(world: World): number {
  const { postgresMaxConnections, llmMaxConcurrentCalls } = world.model.limits;
  let connections = 0;
  let calls = 0;
  for (const { model, pods, front, back } of world.units) {
    const running = (front === null ? 0 : localHeld(front)) + (back === null ? 0 : runningRuns(back));
    connections += Math.min(pods.scheduled * model.postgresConnections, running + (front?.sums.relayed ?? 0));
    calls += running;
  }
  return Math.max(excess(connections, postgresMaxConnections), excess(calls, llmMaxConcurrentCalls));
}

function excess(wanted: number, limit: number | null): number {
  return limit === null || wanted <= limit ? 0 : 1 - limit / wanted;
}

function admitArrivals(world: World, flow: ClassFlow, atSeconds: number, refused: number): void {
  const arrived = flow.arrivals[atSeconds] as number;
  flow.arrivedNow = arrived;
  if (arrived === 0) return;
  world.bucketRequests += arrived;
  const { front } = flow;
  const failed =
    front.pods.readyCount === 0 ? arrived : refused === 0 ? 0 : refuse(world, arrived, refused, atSeconds);
  world.bucketFailed += failed;
  if (flow.queued === null) front.localArrived += arrived - failed;
  else front.relayArrived += arrived - failed;
}

/** Whole requests, on average the share. */
function refuse({ noise }: World, arrived: number, refused: number, atSeconds: number): number {
  const luck = noise.uniform[(Math.imul(atSeconds, 613) + arrived) & noiseMask] as number;
  return Math.floor(arrived * refused + luck);
}

function serveConnections(world: World, { front, frontSecond, localFlows }: Unit, atSeconds: number): void {
  if (front === null) return;
  if (localFlows.length > 1) shareLocalArrivals(localFlows);
  frontSecond.atSeconds = atSeconds;
  const abandonedBefore = front.abandoned;
  stepFront(front, frontSecond);
  world.bucketFailed += front.abandoned - abandonedBefore;
}

/** Which classes the second's local arrivals are of; a pod's arrivals are split like all of them. */
function shareLocalArrivals(flows: readonly ClassFlow[]): void {
  let total = 0;
  for (const { arrivedNow } of flows) total += arrivedNow;
  for (const { arrivedNow, delays } of flows) {
    if (delays !== null) delays.share = total === 0 ? 0 : arrivedNow / total;
  }
}

function serveQueue(world: World, { back, second, front, frontSecond }: QueuedFlow, atSeconds: number): void {
  const abandonedBefore = back.abandoned;
  second.atSeconds = atSeconds;
  const { handedOver, handedOverDelays } = front;
  stepBack(back, handedOver, handedOver > 0 ? handedOverDelays / handedOver : 0, second);
  frontSecond.relayEndedRatio = back.endedRatio;
  world.bucketFailed += back.abandoned - abandonedBefore;
}
