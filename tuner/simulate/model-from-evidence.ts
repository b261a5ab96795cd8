import { mean } from 'simple-statistics';
import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { ComponentEvidence, Evidence, WebPages } from '../contracts/evidence.ts';
import { componentCapacity } from './component-capacity.ts';
import type { ClassModel, LimitsModel, MetricPipelineModel, SimulationModel } from './model.ts';
import { undisturbedLogNormal, usualLatency } from './usual-latency.ts';

/** What the evidence lacks: without it nothing can be simulated. */
export interface MissingEvidence {
  readonly component: ComponentName | null;
  /** What is unknown, and why that stops the simulation. */
  readonly reason: string;
  /** Path into evidence.json. */
  readonly path: string;
}

export interface ModelFromEvidence {
  /** null where something is missing. */
  readonly model: SimulationModel | null;
  readonly missing: readonly MissingEvidence[];
  /** What was taken for granted where the run was silent, for the caveats. */
  readonly assumptions: readonly string[];
}

export interface ModelOptions {
  readonly queueMetricName: string | null;
  readonly schedulablePods?: number | null;
  readonly llmMaxConcurrentCalls?: number | null;
  readonly llmCallsPerMinute?: number | null;
  /** Pages that are opened at web; none where left out. */
  readonly webPages?: WebPages | null;
}

/** The newest release whose autoscaler rules are known; used when the run does not say which one it was. */
const assumedKubernetesVersion = '1.37.0';
/** As in the built-in profiles; used for evidence that does not say when clients gave up. */
const assumedRequestTimeoutSeconds = 120;

/** Turns what one run taught into what the simulator needs; names what is missing and what had to be assumed. */
export function modelFromEvidence(evidence: Evidence, options: ModelOptions): ModelFromEvidence {
  const missing: MissingEvidence[] = [];
  const assumptions: string[] = [];
  const classes = classesWithArrivals(evidence);
  if (classes.length === 0) missing.push(nothingArrived());
  missing.push(...missingOutcomes(evidence));
  const models = classes.flatMap((name) => classModel(evidence, name, missing));
  const components = componentsOf(evidence).map(([name, component]) => {
    const served = classes.filter((requestClass) => evidence.routes[requestClass]?.includes(name));
    const capacity = componentCapacity(evidence, name, component, served);
    missing.push(...capacity.missing);
    assumptions.push(...capacity.assumptions);
    return capacity.model;
  });
  missing.push(...missingComponents(evidence, classes));
  if (evidence.kubernetesVersion === null) {
    assumptions.push(
      `Kubernetes version unknown: the autoscaler's rules of ${assumedKubernetesVersion} were used.`,
    );
  }
  const model: SimulationModel = {
    kubernetesVersion: evidence.kubernetesVersion ?? assumedKubernetesVersion,
    classes: models,
    components,
    metricPipeline: metricPipeline(evidence, options, assumptions),
    limits: limits(evidence, options),
    ...(options.webPages ? { pages: { cpuMilliseconds: options.webPages.cpuMillisecondsPerPage } } : {}),
  };
  return { model: missing.length === 0 ? model : null, missing, assumptions };
}

export function componentsOf(evidence: Evidence): [ComponentName, ComponentEvidence][] {
  return Object.entries(evidence.components) as [ComponentName, ComponentEvidence][];
}

export function classesWithArrivals(evidence: Evidence): RequestClass[] {
  return (Object.keys(evidence.routes) as RequestClass[]).filter((name) =>
    evidence.arrivals[name]?.values.some((value) => (value ?? 0) > 0),
  );
}

function nothingArrived(): MissingEvidence {
  return {
    component: null,
    reason: 'no request of any class arrived in the run, so there is nothing to learn costs or demand from',
    path: 'arrivals',
  };
}

function missingOutcomes(evidence: Evidence): MissingEvidence[] {
  const total = evidence.outcomes.reduce((sum, { count }) => sum + count, 0);
  const served = evidence.outcomes.reduce(
    (sum, { outcome, count }) => sum + (outcome === 'ok' ? count : 0),
    0,
  );
  if (total === 0 || served > 0) return [];
  return [
    {
      component: null,
      reason: `none of ${total} requests succeeded, so what a served request costs is unknown`,
      path: 'outcomes',
    },
  ];
}

function missingComponents(evidence: Evidence, classes: readonly RequestClass[]): MissingEvidence[] {
  const needed = new Set(classes.flatMap((name) => evidence.routes[name] ?? []));
  return [...needed]
    .filter((name) => evidence.components[name] === undefined)
    .map((name) => ({
      component: name,
      reason: `requests pass through ${name}, and nothing of it was recorded (its pod template was never seen)`,
      path: `components.${name}`,
    }));
}

function classModel(evidence: Evidence, name: RequestClass, missing: MissingEvidence[]): ClassModel[] {
  const [front, back = null] = evidence.routes[name] ?? [];
  const latency = evidence.latency[name];
  if (front === undefined || !latency?.timeToFirstTokenMs) {
    missing.push({
      component: front ?? null,
      reason: `no ${name} request got a first token, so the usual time to it is unknown`,
      path: `latency.${name}.timeToFirstTokenMs`,
    });
    return [];
  }
  const { timeline } = evidence;
  const { undisturbed } = latency;
  return [
    {
      name,
      front,
      back,
      firstTokenSeconds: undisturbed?.timeToFirstTokenMs
        ? undisturbedLogNormal(undisturbed.timeToFirstTokenMs)
        : usualLatency(latency.timeToFirstTokenMs, timeline.timeToFirstTokenP95Ms[name]),
      queueWaitSeconds: queueWaitOf(latency, back === null, timeline),
    },
  ];
}

function queueWaitOf(
  { queueWaitMs, undisturbed }: NonNullable<Evidence['latency'][RequestClass]>,
  isFrontOnly: boolean,
  timeline: Evidence['timeline'],
): ClassModel['queueWaitSeconds'] {
  if (isFrontOnly || queueWaitMs === null) return null;
  if (undisturbed?.queueWaitMs) return undisturbedLogNormal(undisturbed.queueWaitMs);
  return usualLatency(queueWaitMs, timeline.queueWaitP95Ms);
}

/** metrics-server's and KEDA's own defaults, where the run could not tell. */
const usualPipeline = { resourcePeriodSeconds: 15, resourceLagSeconds: 5, externalPeriodSeconds: 15 };

function metricPipeline(
  { metricPipeline: seen, components }: Evidence,
  options: ModelOptions,
  assumptions: string[],
): MetricPipelineModel {
  if (seen.resourcePeriodSeconds === null) {
    assumptions.push(
      `metrics-server's period was not seen: ${usualPipeline.resourcePeriodSeconds} s, its default, was used.`,
    );
  }
  const period = Math.max(1, seen.resourcePeriodSeconds ?? usualPipeline.resourcePeriodSeconds);
  const usageLagSeconds = usageLag(components);
  return {
    resourcePeriodSeconds: period,
    resourceWindowSeconds: seen.resourceWindowSeconds ?? period,
    resourceLagSeconds:
      Math.max(0, seen.resourceLagSeconds ?? usualPipeline.resourceLagSeconds) + usageLagSeconds,
    usageLagSeconds,
    externalPeriodSeconds: Math.max(1, seen.externalPeriodSeconds ?? usualPipeline.externalPeriodSeconds),
    queueMetricName: options.queueMetricName,
    queueCountsRunning: queueCountsRunning(components.worker),
    outages: [],
  };
}

/** What a scrape reads is older than its timestamp says: the kubelet had measured it before. */
function usageLag(components: Evidence['components']): number {
  const lags = Object.values(components).flatMap(({ usageLagSeconds }) => usageLagSeconds ?? []);
  return lags.length === 0 ? 0 : mean(lags);
}

/** A wait as short as this is no queue: what the length shows then is work in progress. */
const noWaitMs = 1000;

/**
 * Whether the queue's length holds runs that are being worked on, judged where none waited.
 *
 * Broker and worker decide this (when a task is acknowledged, how many are fetched ahead), so it is measured:
 * arrivals × service seconds (Little's law) runs are in progress in a step; does the length show them?
 */
function queueCountsRunning(worker: ComponentEvidence | undefined): boolean {
  const service = worker?.serviceSeconds.workflow?.mean ?? null;
  if (worker === undefined || service === null) return false;
  let shown = 0;
  let inProgress = 0;
  for (const step of worker.steps) {
    if (step.queueDepth === null || (step.queueWaitP95Ms ?? noWaitMs) >= noWaitMs) continue;
    shown += step.queueDepth;
    inProgress += step.completionsPerSecond * service;
  }
  return inProgress > 1 && shown > inProgress / 2;
}

function limits(evidence: Evidence, options: ModelOptions): LimitsModel {
  return {
    postgresMaxConnections: evidence.sharedLimits.postgresMaxConnections,
    llmMaxConcurrentCalls: options.llmMaxConcurrentCalls ?? null,
    llmCallsPerMinute: options.llmCallsPerMinute ?? null,
    schedulablePods: options.schedulablePods ?? null,
    requestTimeoutSeconds: evidence.requestTimeoutSeconds ?? assumedRequestTimeoutSeconds,
  };
}
