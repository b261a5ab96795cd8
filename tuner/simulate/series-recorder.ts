import type { ComponentName, RequestClass } from '../contracts/component.ts';
import { runningRuns } from './back.ts';
import { type Front, localHeld, relayRatioOf } from './front.ts';
import { bucketP95Seconds } from './latency-record.ts';
import type { ComponentSeries, SimulationSeries } from './result.ts';
import type { Unit, World } from './world.ts';

/** Series while they are written. */
export interface SeriesRecorder {
  readonly series: SimulationSeries;
  bucket: number;
}

export function createSeries(world: World, bucketSeconds: number): SeriesRecorder {
  const seconds = world.demand.durationSeconds;
  const buckets = Math.ceil(seconds / bucketSeconds);
  const components: Partial<Record<ComponentName, ComponentSeries>> = {};
  for (const { model } of world.units) {
    components[model.name] = {
      readyReplicas: new Uint16Array(seconds),
      specReplicas: new Uint16Array(seconds),
      cpuUsageRatio: new Float32Array(seconds),
      waiting: new Float32Array(seconds),
    };
  }
  const perClass = (length: number): Partial<Record<RequestClass, Float32Array>> =>
    Object.fromEntries(world.flows.map(({ model }) => [model.name, new Float32Array(length)]));
  const hasQueue = world.flows.some(({ queued }) => queued !== null);
  const series: SimulationSeries = {
    bucketSeconds,
    components,
    queueDepth: hasQueue ? new Float32Array(seconds) : null,
    inFlight: perClass(seconds),
    firstTokenP95Seconds: perClass(buckets),
    queueWaitP95Seconds: hasQueue ? new Float32Array(buckets) : null,
    isViolated: new Uint8Array(buckets),
  };
  return { series, bucket: 0 };
}

export function recordSecond({ series }: SeriesRecorder, world: World, atSeconds: number): void {
  for (const unit of world.units) {
    const columns = series.components[unit.model.name];
    if (columns === undefined) continue;
    columns.readyReplicas[atSeconds] = unit.pods.readyCount;
    columns.specReplicas[atSeconds] = unit.specReplicas;
    columns.cpuUsageRatio[atSeconds] = usageRatio(unit);
    columns.waiting[atSeconds] = (unit.front?.sums.waiting ?? 0) + (unit.back?.waiting ?? 0);
  }
  for (const { model, front, queued } of world.flows) {
    const inFlight = series.inFlight[model.name];
    if (inFlight !== undefined) inFlight[atSeconds] = inFlightOf(front, queued !== null);
    if (queued === null || series.queueDepth === null) continue;
    const counted = world.model.metricPipeline.queueCountsRunning ? runningRuns(queued.back) : 0;
    series.queueDepth[atSeconds] = queued.back.waiting + counted;
  }
}

function usageRatio({ pods, front, back, model, autoscaler }: Unit): number {
  const requested = autoscaler?.requestedMillicores ?? model.requestedMillicores;
  if (requested === null || pods.readyCount === 0) return Number.NaN;
  const busy = (front?.busyMilliseconds ?? 0) + (back?.busyMilliseconds ?? 0);
  return (busy / pods.readyCount + model.idleMillicores) / requested;
}

/** Backlogs hold classes in the proportion in which they arrived of late. */
function inFlightOf(front: Front, isRelayed: boolean): number {
  const relaysWaiting = front.sums.waiting * relayRatioOf(front);
  return isRelayed
    ? front.sums.relayed + front.orphans + relaysWaiting
    : localHeld(front) + front.sums.waiting - relaysWaiting;
}

export function recordBucket(recorder: SeriesRecorder, world: World, isViolated: boolean): void {
  const { series, bucket } = recorder;
  series.isViolated[bucket] = isViolated ? 1 : 0;
  for (const { model, firstToken, queued } of world.flows) {
    const p95 = series.firstTokenP95Seconds[model.name];
    if (p95 !== undefined) p95[bucket] = bucketP95Seconds(firstToken);
    if (queued !== null && series.queueWaitP95Seconds !== null) {
      series.queueWaitP95Seconds[bucket] = bucketP95Seconds(queued.wait);
    }
  }
  recorder.bucket++;
}
