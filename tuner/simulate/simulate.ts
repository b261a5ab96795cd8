import type { ComponentName, RequestClass } from '../contracts/component.ts';
import { advanceWorld, countReplicas } from './advance-unit.ts';
import { recordCalmDelays } from './calm-workers.ts';
import { recordUnpassedOfPods } from './front-delays.ts';
import { recordPooledDelays } from './front-pool.ts';
import { closeBucket, missesObjective, wholeP95Seconds } from './latency-record.ts';
import type { Demand, ObjectivesModel, SimulationModel } from './model.ts';
import { finishPages, type PageFront, servePages } from './page-front.ts';
import { movePages, pageQuantile } from './page-latency.ts';
import type { PageSummary, SimulationResult, SimulationSummary } from './result.ts';
import { createSeries, recordBucket, recordStretch, type SeriesRecorder } from './series-recorder.ts';
import { serveTraffic } from './traffic.ts';
import type { WindowRanks } from './window-ranks.ts';
import { recordUnpassedOfWorkers } from './worker-pods.ts';
import { createWorld, type PipelineMoments, type PreparedScaling, type World } from './world.ts';

export interface SimulateOptions {
  /** Also keep what happened second by second. */
  readonly withSeries?: boolean;
  /** Latency is judged over buckets of this length; default 60. */
  readonly bucketSeconds?: number;
  /** When scrapes, polls and syncs came in the run that is told again; left out: drawn. */
  readonly moments?: PipelineMoments;
  /** In the series: the share of a bucket's requests at which its latency is read; left out: 0.95. */
  readonly ranks?: WindowRanks;
}

/**
 * What would have happened to a deployment with these settings under this demand.
 *
 * Time goes in steps of one second, autoscalers decide every 15 s by the controller's own rules (tuner/hpa).
 * Requests are amounts, not objects: slots, queues and CPU are followed second by second with the luck of each pod,
 * and latencies come from backlogs. The approximations stand where they are made; their error against a simulation
 * request by request is below 5 % in p95 and 3 % in utilization: cases in docs/simulator.md and its tests.
 *
 * @param demand whole requests per second and class, and the seed of everything else
 * @returns the same for the same arguments, on every machine
 */
export function simulate(
  model: SimulationModel,
  prepared: PreparedScaling,
  demand: Demand,
  objectives: ObjectivesModel,
  options: SimulateOptions = {},
): SimulationResult {
  const bucketSeconds = options.bucketSeconds ?? 60;
  const withTrace = options.withSeries ?? false;
  const { moments } = options;
  const world = createWorld(model, prepared, demand, objectives, { withTrace, moments });
  const recorder = withTrace ? createSeries(world, bucketSeconds, options.ranks) : null;
  let violatedSeconds = 0;
  let bucketFrom = 0;
  let from = 0;
  while (from < demand.durationSeconds) {
    advanceWorld(world, from);
    const bucketTo = Math.min(bucketFrom + bucketSeconds, demand.durationSeconds);
    const to = Math.min(Math.max(from + 1, Math.ceil(world.nextEventAt)), from + longestStretch, bucketTo);
    serveTraffic(world, from, to);
    if (world.pages !== null) servePages(world.pages, from, to);
    if (to >= demand.durationSeconds) recordAllUnfinished(world);
    if (recorder !== null) recordStretch(recorder, world, from, to);
    from = to;
    if (to < bucketTo) continue;
    if (endBucket(world, recorder)) violatedSeconds += to - bucketFrom;
    bucketFrom = to;
  }
  return { summary: summarize(world, violatedSeconds), series: recorder?.series ?? null };
}

/** Requests that are still on their way to a first token count as if nothing changed any more. */
function recordAllUnfinished(world: World): void {
  for (const { unit, second, queued } of world.fronts) {
    if (!unit.isPooled) recordUnpassedOfPods(unit, second);
    if (queued !== null) recordUnpassedOfWorkers(queued.back, queued.second);
  }
  if (world.pages !== null) finishPages(world.pages);
}

/** Seconds of a calm load that are taken in one go at most. */
const longestStretch = 15;

/** @returns whether an objective was missed */
function endBucket(world: World, recorder: SeriesRecorder | null): boolean {
  for (const { unit, second, queued } of world.fronts) {
    recordPooledDelays(unit, second);
    if (queued !== null) recordCalmDelays(queued.back, queued.second);
  }
  countGivenUp(world);
  let isViolated = world.bucketFailed > world.objectives.errorRatio * world.bucketRequests;
  for (const { firstToken, queued } of world.flows) {
    isViolated ||= missesObjective(firstToken);
    if (queued !== null) isViolated ||= missesObjective(queued.wait);
  }
  if (recorder !== null) recordBucket(recorder, world, isViolated);
  for (const { firstToken, queued } of world.flows) {
    closeBucket(firstToken);
    if (queued !== null) closeBucket(queued.wait);
  }
  if (world.pages !== null) movePages(world.pages.latency.whole, world.pages.latency.bucket);
  world.requests += world.bucketRequests;
  world.failed += world.bucketFailed;
  world.bucketRequests = 0;
  world.bucketFailed = 0;
  return isViolated;
}

/**
 * A request has failed when its client leaves before the answer is whole, wherever it is then. In a backlog or in the queue
 * that is counted when it happens, else when it begins, by the chance that it will.
 */
function countGivenUp(world: World): void {
  let givenUp = 0;
  for (const { unit, queued } of world.fronts) {
    givenUp += unit.abandoned + unit.goneInBacklogs;
    if (queued !== null) givenUp += queued.back.abandoned + queued.back.gone.leftWaiting;
  }
  world.bucketFailed += givenUp - world.countedGivenUp;
  world.countedGivenUp = givenUp;
}

function summarize(world: World, violatedSeconds: number): SimulationSummary {
  const replicaHours: Partial<Record<ComponentName, number>> = {};
  const peakReplicas: Partial<Record<ComponentName, number>> = {};
  let cutStreams = 0;
  let lostRuns = 0;
  for (const unit of world.units) {
    countReplicas(unit, world.demand.durationSeconds);
    replicaHours[unit.model.name] = unit.replicaSeconds / 3600;
    peakReplicas[unit.model.name] = unit.peakReplicas;
    cutStreams += unit.front?.cutStreams ?? 0;
    lostRuns += unit.back?.lostRuns ?? 0;
  }
  const firstTokenP95Seconds: Partial<Record<RequestClass, number>> = {};
  let queueWaitP95Seconds: number | null = null;
  for (const { model, firstToken, queued } of world.flows) {
    const p95 = wholeP95Seconds(firstToken);
    if (p95 !== null) firstTokenP95Seconds[model.name] = p95;
    if (queued !== null) queueWaitP95Seconds = wholeP95Seconds(queued.wait);
  }
  return {
    durationSeconds: world.demand.durationSeconds,
    sloViolatedMinutes: violatedSeconds / 60,
    replicaHours,
    peakReplicas,
    flaps: world.flaps,
    rescales: world.rescales,
    cutStreams,
    lostRuns,
    requests: world.requests,
    failedRequests: Math.min(world.requests, world.failed),
    firstTokenP95Seconds,
    queueWaitP95Seconds,
    pages: world.pages === null ? null : summarizePages(world.pages),
  };
}

function summarizePages({ openedCount, failedCount, latency }: PageFront): PageSummary {
  const { whole } = latency;
  return {
    opened: openedCount,
    failed: failedCount,
    firstByteP95Seconds: whole.total === 0 ? null : pageQuantile(whole, 0.95),
  };
}
