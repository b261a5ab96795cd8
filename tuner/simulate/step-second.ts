import { syncAutoscaler } from './autoscaler.ts';
import { applyWorkerChanges, runningRuns, stepBack } from './back.ts';
import type { FirstTokenDelays } from './first-token-delays.ts';
import { applyPodChanges, localHeld } from './front.ts';
import { stepFront } from './front-second.ts';
import { noiseMask } from './noise.ts';
import { advancePods, scalePods } from './pods.ts';
import { advanceResourceMetrics, countFrom, forgetPod } from './resource-metrics.ts';
import { type ClassFlow, syncPeriodSeconds, type Unit, type World } from './world.ts';

/**
 * Moves the whole deployment on by one second: pods and autoscalers first, at its beginning, then a second of
 * traffic.
 */
export function stepSecond(world: World, atSeconds: number): void {
  pollQueue(world, atSeconds);
  for (let index = 0; index < world.units.length; index++) {
    advanceUnit(world, world.units[index] as Unit, atSeconds);
  }
  const refused = refusedRatio(world);
  for (let index = 0; index < world.flows.length; index++) {
    admitArrivals(world, world.flows[index] as ClassFlow, atSeconds, refused);
  }
  for (let index = 0; index < world.units.length; index++) {
    serveConnections(world, world.units[index] as Unit, atSeconds);
  }
  for (let index = 0; index < world.flows.length; index++) {
    serveQueue(world, world.flows[index] as ClassFlow, atSeconds);
  }
}

function pollQueue(world: World, atSeconds: number): void {
  if (atSeconds < world.nextPollAt) return;
  const { externalPeriodSeconds, queueCountsRunning } = world.model.metricPipeline;
  world.nextPollAt += externalPeriodSeconds;
  let length = 0;
  for (const { back } of world.units) {
    if (back !== null) length += back.waiting + (queueCountsRunning ? runningRuns(back) : 0);
  }
  world.polledQueueDepth = length;
}

function advanceUnit(world: World, unit: Unit, atSeconds: number): void {
  const { pods } = unit;
  advancePods(pods, atSeconds, world.lifecycle);
  // A pod's counters begin when it is Ready, before anything reads them.
  if (pods.joined.length > 0 || pods.left.length > 0) applyChanges(world, unit, atSeconds);
  if (unit.autoscaler !== null) {
    if (atSeconds >= unit.resource.nextEventAt) {
      advanceResourceMetrics(unit.resource, pods, atSeconds, unit.cpuOf);
    }
    if (atSeconds >= unit.nextSyncAt) {
      unit.nextSyncAt += syncPeriodSeconds;
      syncUnit(world, unit, atSeconds);
    }
  }
  if (pods.joined.length > 0 || pods.left.length > 0) applyChanges(world, unit, atSeconds);
  unit.replicaSeconds += pods.scheduled;
  if (pods.readyCount > unit.peakReplicas) unit.peakReplicas = pods.readyCount;
}

function syncUnit(world: World, unit: Unit, atSeconds: number): void {
  if (unit.autoscaler === null) return;
  const wanted = syncAutoscaler(
    unit.autoscaler,
    unit.pods,
    { atSeconds, specReplicas: unit.specReplicas },
    {
      resource: unit.resource,
      resourceFails: false,
      queueDepth: world.polledQueueDepth,
    },
  );
  if (wanted === unit.specReplicas) return;
  countRescale(world, unit, wanted, atSeconds);
  unit.specReplicas = wanted;
  const before = unit.pods.created;
  scalePods(unit.pods, wanted, atSeconds, world.lifecycle);
  if (unit.pods.created > before) forgetCreated(unit, atSeconds);
}

const flapSeconds = 600;

function countRescale(world: World, unit: Unit, wanted: number, atSeconds: number): void {
  const direction = Math.sign(wanted - unit.specReplicas);
  const isReversal = unit.lastDirection !== 0 && direction !== unit.lastDirection;
  if (isReversal && atSeconds - unit.lastRescaleAt <= flapSeconds) world.flaps++;
  world.rescales++;
  unit.lastDirection = direction;
  unit.lastRescaleAt = atSeconds;
}

/** A pod's place may have been another pod's before. */
function forgetCreated(unit: Unit, atSeconds: number): void {
  for (let place = 0; place < unit.pods.used; place++) {
    if (unit.pods.createdAt[place] === atSeconds) forgetPod(unit.resource, place);
  }
}

function applyChanges(world: World, { pods, front, back, resource, cpuOf }: Unit, atSeconds: number): void {
  world.limitsMayBind = limitsMayBind(world);
  if (front !== null) applyPodChanges(front, atSeconds);
  if (back !== null) applyWorkerChanges(back, atSeconds);
  for (const place of pods.joined) countFrom(resource, place, cpuOf(place));
  pods.joined.length = 0;
  pods.left.length = 0;
}

/** Whether there are pods enough to open more connections than there are, or any limit on calls at all. */
function limitsMayBind({ model, units }: World): boolean {
  const { postgresMaxConnections, llmMaxConcurrentCalls } = model.limits;
  if (llmMaxConcurrentCalls !== null) return true;
  if (postgresMaxConnections === null) return false;
  let connections = 0;
  for (const unit of units) connections += unit.pods.scheduled * unit.model.postgresConnections;
  return connections > postgresMaxConnections;
}

/** Share of requests that are refused for want of database connections or of calls to the language model. */
function refusedRatio(world: World): number {
  if (!world.limitsMayBind) return 0;
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
  const arrived = flow.arrivals === null ? 0 : (flow.arrivals[atSeconds] as number);
  if (arrived === 0) return;
  world.bucketRequests += arrived;
  const { front, pods } = flow.front;
  const at = Math.imul(atSeconds, 613) + (flow.queued === null ? 0 : 30_011);
  let failed = 0;
  if (front === null || pods.readyCount === 0) failed = arrived;
  else if (refused > 0) {
    failed = Math.floor(arrived * refused + (world.noise.uniform[(at + 500) & noiseMask] as number));
  }
  world.bucketFailed += failed;
  if (front === null || failed >= arrived) return;
  if (flow.queued === null) front.localArrived += arrived - failed;
  else front.relayArrived += arrived - failed;
}

function serveConnections(world: World, unit: Unit, atSeconds: number): void {
  const { front, frontSecond } = unit;
  if (front === null || (front.local === null && front.relayed === null)) return;
  shareLocalArrivals(world, unit, atSeconds);
  frontSecond.atSeconds = atSeconds;
  const failedBefore = front.abandoned + front.cutStreams;
  stepFront(front, frontSecond);
  world.bucketFailed += front.abandoned + front.cutStreams - failedBefore;
}

/** Which classes the second's local arrivals are of; a pod's arrivals are split like all of them. */
function shareLocalArrivals(world: World, { frontSecond }: Unit, atSeconds: number): void {
  const { delays } = frontSecond;
  if (delays.length === 1) {
    (delays[0] as FirstTokenDelays).share = 1;
    return;
  }
  let total = 0;
  for (const { name } of delays) total += world.demand.arrivals[name]?.[atSeconds] ?? 0;
  for (const delay of delays) {
    delay.share = total === 0 ? 0 : (world.demand.arrivals[delay.name]?.[atSeconds] ?? 0) / total;
  }
}

function serveQueue(world: World, { front, queued }: ClassFlow, atSeconds: number): void {
  if (queued === null || front.front === null) return;
  const { back, second } = queued;
  const failedBefore = back.abandoned + back.lostRuns;
  second.atSeconds = atSeconds;
  const { handedOver, handedOverDelays } = front.front;
  stepBack(back, handedOver, handedOver > 0 ? handedOverDelays / handedOver : 0, second);
  front.frontSecond.relayEndedRatio = back.endedRatio;
  world.bucketFailed += back.abandoned + back.lostRuns - failedBefore;
}
