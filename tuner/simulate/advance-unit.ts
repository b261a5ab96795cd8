import { syncAutoscaler } from './autoscaler.ts';
import { applyWorkerChanges } from './back.ts';
import { applyPodChanges } from './front.ts';
import type { MetricOutage } from './model.ts';
import { applyWebChanges } from './page-front.ts';
import { advancePods, scalePods } from './pods.ts';
import { pollIfDue, skipPolls } from './poll-queue.ts';
import { countFrom, forgetPod, publishIfDue, scrapeIfDue } from './resource-metrics.ts';
import { syncPeriodSeconds, type Unit, type World } from './world.ts';

/**
 * Everything that happens at single moments: the queue's metric is polled, pods find nodes, become Ready and end,
 * metrics are scraped and published, autoscalers decide. Most seconds hold none of it.
 */
export function advanceWorld(world: World, atSeconds: number): void {
  if (atSeconds < world.nextEventAt) return;
  pollIfDue(world, atSeconds);
  let next = Number.POSITIVE_INFINITY;
  let nextQueueSync = Number.POSITIVE_INFINITY;
  for (let index = 0; index < world.units.length; index++) {
    const unit = world.units[index] as Unit;
    if (atSeconds >= unit.nextEventAt) advanceUnit(world, unit, atSeconds);
    next = Math.min(next, unit.nextEventAt);
    if (unit.readsQueue) nextQueueSync = Math.min(nextQueueSync, unit.nextSyncAt);
  }
  skipPolls(world, nextQueueSync);
  world.nextEventAt = world.model.metricPipeline.queueCountsRunning ? Math.min(next, world.nextPollAt) : next;
}

function advanceUnit(world: World, unit: Unit, atSeconds: number): void {
  const { pods, resource } = unit;
  countReplicas(unit, atSeconds);
  advancePods(pods, atSeconds, world.lifecycle);
  // A pod's counters begin when it is Ready, before anything reads them.
  applyChanges(world, unit, atSeconds);
  unit.nextEventAt = pods.nextEventAt;
  if (unit.autoscaler === null) return;
  if (unit.readsPods) scrapeIfDue(resource, pods, atSeconds, unit.cpuOf);
  if (atSeconds >= unit.nextSyncAt) {
    publishIfDue(resource, pods, atSeconds);
    unit.nextSyncAt += syncPeriodSeconds;
    syncUnit(world, unit, atSeconds);
    applyChanges(world, unit, atSeconds);
  }
  unit.nextEventAt = Math.min(pods.nextEventAt, unit.nextSyncAt);
  if (unit.readsPods) unit.nextEventAt = Math.min(unit.nextEventAt, resource.nextScrapeAt);
}

/** Adds up replica-seconds up to a moment; to be called before the number of pods changes, and at the end. */
export function countReplicas(unit: Unit, atSeconds: number): void {
  unit.replicaSeconds += unit.pods.scheduled * (atSeconds - unit.countedUpTo);
  unit.countedUpTo = atSeconds;
}

function syncUnit(world: World, unit: Unit, atSeconds: number): void {
  if (unit.autoscaler === null) return;
  const { outages } = world.model.metricPipeline;
  const wanted = syncAutoscaler(
    unit.autoscaler,
    unit.pods,
    { atSeconds, specReplicas: unit.specReplicas },
    {
      resource: unit.resource,
      resourceFails: isOut(outages, 'resource', atSeconds),
      queueDepth: isOut(outages, 'external', atSeconds) ? null : world.polledQueueDepth,
    },
  );
  if (wanted === unit.specReplicas) return;
  countRescale(world, unit, wanted, atSeconds);
  unit.specReplicas = wanted;
  const before = unit.pods.created;
  scalePods(unit.pods, wanted, atSeconds, world.lifecycle);
  if (unit.pods.created > before) forgetCreated(unit, atSeconds);
}

function isOut(outages: readonly MetricOutage[], source: MetricOutage['source'], atSeconds: number): boolean {
  for (let index = 0; index < outages.length; index++) {
    const outage = outages[index] as MetricOutage;
    if (outage.source === source && atSeconds >= outage.fromSeconds && atSeconds < outage.toSeconds)
      return true;
  }
  return false;
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

/** Lets the load of pods that became Ready begin, and that of pods that were scaled in end. */
function applyChanges(world: World, unit: Unit, atSeconds: number): void {
  const { pods, front, back, pages, resource, cpuOf } = unit;
  if (pods.joined.length === 0 && pods.left.length === 0) return;
  world.limitsMayBind = limitsMayBind(world);
  if (front !== null) world.bucketFailed += applyPodChanges(front, atSeconds);
  if (back !== null) world.bucketFailed += applyWorkerChanges(back);
  if (pages !== null) applyWebChanges(pages, atSeconds);
  for (const place of pods.joined) countFrom(resource, place, cpuOf(place));
  unit.peakReplicas = Math.max(unit.peakReplicas, pods.readyCount);
  pods.joined.length = 0;
  pods.left.length = 0;
}

/** Whether there are pods enough to open more connections than there are, or any limit on calls at all. */
function limitsMayBind({ model, units }: World): boolean {
  const { postgresMaxConnections, llmMaxConcurrentCalls, llmCallsPerMinute } = model.limits;
  if (llmMaxConcurrentCalls !== null || llmCallsPerMinute !== null) return true;
  if (postgresMaxConnections === null) return false;
  let connections = 0;
  for (const unit of units) connections += unit.pods.scheduled * unit.model.postgresConnections;
  return connections > postgresMaxConnections;
}
