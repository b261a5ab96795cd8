import type { ComponentName } from '../contracts/component.ts';
import { type Autoscaler, createAutoscaler, type PreparedHpa, prepareHpa } from './autoscaler.ts';
import { type Back, createBack } from './back.ts';
import { checkModel } from './check-model.ts';
import { type ClassFlow, createFlow, createFrontFlow, type FrontFlow } from './flows.ts';
import { cpuOfPod, createFront, type Front } from './front.ts';
import type {
  ComponentModel,
  Demand,
  ObjectivesModel,
  Scaling,
  ScalingModel,
  SimulationModel,
} from './model.ts';
import { type Noise, noiseMask, noiseOf } from './noise.ts';
import { cpuOfPages, createPageFront, type PageFront } from './page-front.ts';
import { createPods, type Pods, startWithReady } from './pods.ts';
import { createResourceMetrics, type ResourceMetrics } from './resource-metrics.ts';

/** Settings with their HPAs compiled: made once, simulated any number of times. */
export type PreparedScaling = Readonly<Partial<Record<ComponentName, PreparedComponent>>>;

export interface PreparedComponent {
  readonly scaling: ScalingModel;
  readonly hpa: PreparedHpa | null;
}

/** @throws TuneError BAD_MODEL, BAD_HPA_SPEC, METRIC_NOT_RECORDED, UNKNOWN_KUBERNETES_VERSION */
export function prepareScaling(model: SimulationModel, scaling: Scaling): PreparedScaling {
  checkModel(model);
  const prepared: Partial<Record<ComponentName, PreparedComponent>> = {};
  for (const component of model.components) {
    const wanted = scaling[component.name];
    if (wanted === undefined) continue;
    const at = `${wanted.hpaAt ?? component.name}: spec`;
    const hpa = wanted.hpaSpec === null ? null : prepareHpa(wanted.hpaSpec, model, component, at);
    prepared[component.name] = { scaling: wanted, hpa };
  }
  return prepared;
}

/** One component while it is simulated: what it serves as, its pods, and what scales it. */
export interface Unit {
  readonly model: ComponentModel;
  readonly pods: Pods;
  readonly front: Front | null;
  readonly back: Back | null;
  readonly pages: PageFront | null;
  readonly autoscaler: Autoscaler | null;
  readonly resource: ResourceMetrics;
  /** Whether its autoscaler looks at samples of pods, and at the queue. */
  readonly readsPods: boolean;
  readonly readsQueue: boolean;
  /** CPU that a pod has used for requests so far, milliseconds. */
  readonly cpuOf: (place: number) => number;
  nextSyncAt: number;
  /** Second before which nothing happens by itself. */
  nextEventAt: number;
  specReplicas: number;
  lastDirection: number;
  lastRescaleAt: number;
  replicaSeconds: number;
  /** Second up to which the above is added up. */
  countedUpTo: number;
  peakReplicas: number;
}

export interface World {
  readonly model: SimulationModel;
  readonly demand: Demand;
  readonly objectives: ObjectivesModel;
  readonly noise: Noise;
  readonly units: readonly Unit[];
  readonly flows: readonly ClassFlow[];
  readonly fronts: readonly FrontFlow[];
  /** null: no pages are simulated. */
  readonly pages: PageFront | null;
  readonly lifecycle: { readonly noise: Noise; freeNodes: number };
  /** Length of the queue as last polled; null: never. */
  polledQueueDepth: number | null;
  nextPollAt: number;
  /** Second before which nothing happens at a single moment. */
  nextEventAt: number;
  /** Calls of the language model that may begin now, and the second up to which they have come in. */
  llmCallsLeft: number;
  llmFilledUpTo: number;
  /** Whether the pods that are there could use up a shared limit. */
  limitsMayBind: boolean;
  requests: number;
  failed: number;
  bucketRequests: number;
  bucketFailed: number;
  /** Requests given up so far, as far as they are among the failed ones. */
  countedGivenUp: number;
  rescales: number;
  flaps: number;
}

export const syncPeriodSeconds = 15;

/** When the metric pipeline and the controller were seen at work; what else they do is whole periods away. */
export interface PipelineMoments {
  /** null: not seen. */
  readonly scrapeAtSeconds: number | null;
  readonly pollAtSeconds: number | null;
  readonly syncAtSeconds: Readonly<Partial<Record<ComponentName, number>>>;
}

export interface WorldOptions {
  readonly withTrace?: boolean;
  /** Left out, or not seen: drawn. */
  readonly moments?: PipelineMoments | undefined;
}

export function createWorld(
  model: SimulationModel,
  prepared: PreparedScaling,
  demand: Demand,
  objectives: ObjectivesModel,
  options: WorldOptions = {},
): World {
  const noise = noiseOf(demand.seed);
  const lifecycle = { noise, freeNodes: model.limits.schedulablePods ?? Number.POSITIVE_INFINITY };
  const units = model.components.flatMap((component, index) => {
    const settings = prepared[component.name];
    return settings === undefined
      ? []
      : [createUnit(model, component, settings, { demand, noise, lifecycle, index, options })];
  });
  const context = { model, units, demand, noise, objectives };
  const flows = model.classes.flatMap((flow) => createFlow(flow, context));
  return {
    model,
    demand,
    objectives,
    noise,
    units,
    flows,
    fronts: units.flatMap(({ front }) => (front === null ? [] : createFrontFlow(front, flows, context))),
    pages: units.find(({ pages }) => pages !== null)?.pages ?? null,
    lifecycle,
    polledQueueDepth: null,
    nextPollAt: Math.floor(firstPollAt(model, noise, options.moments)),
    nextEventAt: 0,
    llmCallsLeft: model.limits.llmCallsPerMinute ?? Number.POSITIVE_INFINITY,
    llmFilledUpTo: 0,
    limitsMayBind: false,
    requests: 0,
    failed: 0,
    bucketRequests: 0,
    bucketFailed: 0,
    countedGivenUp: 0,
    rescales: 0,
    flaps: 0,
  };
}

interface UnitContext {
  readonly demand: Demand;
  readonly noise: Noise;
  readonly lifecycle: { freeNodes: number };
  readonly index: number;
  readonly options: WorldOptions;
}

function createUnit(
  model: SimulationModel,
  component: ComponentModel,
  { scaling, hpa }: PreparedComponent,
  { demand, noise, lifecycle, index, options }: UnitContext,
): Unit {
  const { withTrace = false, moments } = options;
  const pods = createPods(component, Math.max(scaling.initialReplicas, hpa?.hpa.maxReplicas ?? 0));
  const back = createBack(model, component, pods, demand, { withTrace });
  const pages = createPageFront(model, component, pods, demand, { withTrace });
  const front =
    back === null && pages === null ? createFront(model, component, pods, demand, { withTrace }) : null;
  const phases = phasesOf(noise, index);
  const { resourcePeriodSeconds } = model.metricPipeline;
  const firstScrapeAt = within(resourcePeriodSeconds, moments?.scrapeAtSeconds);
  const firstSyncAt = within(syncPeriodSeconds, moments?.syncAtSeconds[component.name]);
  startWithReady(pods, scaling.initialReplicas, lifecycle.freeNodes);
  lifecycle.freeNodes -= pods.scheduled;
  return {
    model: component,
    pods,
    front,
    back,
    pages,
    autoscaler: hpa === null ? null : createAutoscaler(hpa, component, scaling),
    resource: createResourceMetrics(
      pods,
      model.metricPipeline,
      firstScrapeAt === null ? phases.scrape : firstScrapeAt / resourcePeriodSeconds,
    ),
    readsPods: hpa?.sources.some((source) => source !== 'queue') ?? false,
    readsQueue: hpa?.sources.includes('queue') ?? false,
    cpuOf: cpuReader({ front, back, pages }),
    nextEventAt: 0,
    nextSyncAt: Math.floor(firstSyncAt ?? phases.sync * syncPeriodSeconds),
    specReplicas: scaling.initialReplicas,
    lastDirection: 0,
    lastRescaleAt: Number.NEGATIVE_INFINITY,
    replicaSeconds: 0,
    countedUpTo: 0,
    peakReplicas: scaling.initialReplicas,
  };
}

function firstPollAt({ metricPipeline }: SimulationModel, noise: Noise, moments?: PipelineMoments): number {
  const { externalPeriodSeconds } = metricPipeline;
  return within(externalPeriodSeconds, moments?.pollAtSeconds) ?? luckOf(noise, 3) * externalPeriodSeconds;
}

/** @returns the first moment from second 0 on that is whole periods from the one seen; null: none was */
function within(periodSeconds: number, seenAtSeconds: number | null | undefined): number | null {
  if (seenAtSeconds === null || seenAtSeconds === undefined) return null;
  return seenAtSeconds - periodSeconds * Math.floor(seenAtSeconds / periodSeconds);
}

function cpuReader({ front, back, pages }: Pick<Unit, 'front' | 'back' | 'pages'>): Unit['cpuOf'] {
  if (pages !== null) return (place) => cpuOfPages(pages, place);
  if (front !== null) return (place) => cpuOfPod(front, place);
  return () => back?.cpuMilliseconds ?? 0;
}

/**
 * Where in their periods metrics-server and the controller begin, each 0–1.
 *
 * @param index of the component: the controller looks at one HPA after another
 */
export function phasesOf(noise: Noise, index: number): { readonly scrape: number; readonly sync: number } {
  return { scrape: luckOf(noise, 2), sync: luckOf(noise, 10 + index) };
}

function luckOf(noise: Noise, draw: number): number {
  return noise.uniform[(draw * 4099) & noiseMask] as number;
}
