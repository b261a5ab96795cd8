import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { ClassFlow } from './flows.ts';
import { bucketQuantileSeconds } from './latency-record.ts';
import { pageQuantile } from './page-latency.ts';
import type { ComponentSeries, SimulationSeries } from './result.ts';
import { rankAt, type WindowRanks } from './window-ranks.ts';
import type { Unit, World } from './world.ts';

/** Series while they are written. */
export interface SeriesRecorder {
  readonly series: SimulationSeries;
  readonly ranks: WindowRanks | undefined;
  bucket: number;
}

export function createSeries(world: World, bucketSeconds: number, ranks?: WindowRanks): SeriesRecorder {
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
    pageFirstByteP95Seconds: world.pages === null ? null : new Float32Array(buckets),
    isViolated: new Uint8Array(buckets),
  };
  return { series, ranks, bucket: 0 };
}

/** Fills in seconds [from, to), in which no pod came or went. */
export function recordStretch({ series }: SeriesRecorder, world: World, from: number, to: number): void {
  for (const unit of world.units) {
    const columns = series.components[unit.model.name];
    if (columns === undefined) continue;
    columns.readyReplicas.fill(unit.pods.readyCount, from, to);
    columns.specReplicas.fill(unit.specReplicas, from, to);
    for (let at = from; at < to; at++) {
      columns.cpuUsageRatio[at] = usageRatio(unit, at);
      columns.waiting[at] = (unit.front?.trace?.waiting[at] ?? 0) + (unit.back?.trace?.waiting[at] ?? 0);
    }
  }
  for (const flow of world.flows) {
    const inFlight = series.inFlight[flow.model.name];
    for (let at = from; at < to; at++) {
      if (inFlight !== undefined) inFlight[at] = inFlightOf(flow, at);
      if (flow.queued !== null && series.queueDepth !== null)
        series.queueDepth[at] = queueDepth(world, flow, at);
    }
  }
}

function usageRatio({ pods, front, back, pages, model, autoscaler }: Unit, at: number): number {
  const requested = autoscaler?.requestedMillicores ?? model.requestedMillicores;
  if (requested === null || pods.readyCount === 0) return Number.NaN;
  const ofRequests = (front?.trace?.busySeconds[at] ?? 0) + (back?.trace?.busySeconds[at] ?? 0);
  const busySeconds = ofRequests + (pages?.busySeconds?.[at] ?? 0);
  const usable = pods.readyCount * model.processes;
  const busy = Math.min(busySeconds, usable) * model.processMillicores;
  return (busy / pods.readyCount + model.idleMillicores) / requested;
}

/** Of requests whose client has not left; those in backlogs have left in the same proportion of all classes. */
function inFlightOf({ front: { trace: front }, queued }: ClassFlow, at: number): number {
  if (front === null) return 0;
  const waiting = front.waiting[at] ?? 0;
  const there = waiting > 0 ? 1 - (front.goneWaiting[at] ?? 0) / waiting : 0;
  const relaysWaiting = front.relaysWaiting[at] ?? 0;
  if (queued === null) {
    return (front.localHeld[at] ?? 0) - (front.goneHeld[at] ?? 0) + there * (waiting - relaysWaiting);
  }
  const { trace } = queued.back;
  const inBack = (trace?.waiting[at] ?? 0) + (trace?.running[at] ?? 0) - (trace?.gone[at] ?? 0);
  return there * relaysWaiting + (front.relaysOnCpu[at] ?? 0) + inBack;
}

function queueDepth({ model }: World, { queued }: ClassFlow, at: number): number {
  const trace = queued?.back.trace;
  const running = model.metricPipeline.queueCountsRunning ? (trace?.running[at] ?? 0) : 0;
  return (trace?.waiting[at] ?? 0) + running;
}

export function recordBucket(recorder: SeriesRecorder, world: World, isViolated: boolean): void {
  const { series, bucket, ranks } = recorder;
  series.isViolated[bucket] = isViolated ? 1 : 0;
  for (const { model, firstToken, queued } of world.flows) {
    const p95 = series.firstTokenP95Seconds[model.name];
    if (p95 !== undefined)
      p95[bucket] = bucketQuantileSeconds(firstToken, rankAt(ranks?.firstToken[model.name], bucket));
    if (queued !== null && series.queueWaitP95Seconds !== null) {
      series.queueWaitP95Seconds[bucket] = bucketQuantileSeconds(
        queued.wait,
        rankAt(ranks?.queueWait, bucket),
      );
    }
  }
  if (world.pages !== null && series.pageFirstByteP95Seconds !== null) {
    series.pageFirstByteP95Seconds[bucket] = pageQuantile(world.pages.latency.bucket, 0.95);
  }
  recorder.bucket++;
}
