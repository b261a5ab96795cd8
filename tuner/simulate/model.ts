import type { ComponentName, RequestClass } from '../contracts/component.ts';

/**
 * What the simulator knows of a deployment: plain numbers, so that it can be sent to another thread.
 *
 * Built from evidence by model-from-evidence.ts.
 */
export interface SimulationModel {
  readonly kubernetesVersion: string;
  readonly classes: readonly ClassModel[];
  readonly components: readonly ComponentModel[];
  readonly metricPipeline: MetricPipelineModel;
  readonly limits: LimitsModel;
  /** Pages of the web front end, which the classes of the load do not pass; none are simulated where left out. */
  readonly pages?: PagesModel;
}

export interface PagesModel {
  /** CPU of web for each page. */
  readonly cpuMilliseconds: number;
}

/** A spread of positive values: log-normal, by its median and the deviation of its natural logarithm. */
export interface LogNormal {
  readonly median: number;
  readonly sigma: number;
}

export interface ClassModel {
  readonly name: RequestClass;
  /** Holds a connection slot of this component from its arrival to its end. */
  readonly front: ComponentName;
  /** Runs in a slot of this component, taken from one queue that all its pods share; null: runs in the front. */
  readonly back: ComponentName | null;
  /** Seconds to the first token when nothing waits. */
  readonly firstTokenSeconds: LogNormal;
  /** Seconds to `workflow_started` when nothing waits; null for classes without a queue. */
  readonly queueWaitSeconds: LogNormal | null;
}

export interface ServiceModel {
  /** Seconds a slot is held when nothing waits, CPU at full speed included. */
  readonly meanSeconds: number;
  /** Squared coefficient of variation, ≥ 0. */
  readonly squaredVariation: number;
  /** Share of requests in service whose remaining time is longer than the termination grace, 0–1. */
  readonly outlivesGraceRatio: number;
}

export interface ComponentModel {
  readonly name: ComponentName;
  /** Processes that each use one core at most; requests of a pod fall on them at random. */
  readonly processes: number;
  /** CPU that one process has for requests at full speed, millicores; ≤ 1000 for a Python process. */
  readonly processMillicores: number;
  readonly requestedMillicores: number | null;
  readonly requestedMemoryBytes: number | null;
  /** Used by a pod beside its requests. */
  readonly idleMillicores: number;
  readonly memoryBytes: number;
  /** Requests that one pod holds at once; Infinity: not known to bind. */
  readonly slotsPerReplica: number;
  /** Per class that the component serves. */
  readonly cpuMilliseconds: Readonly<Partial<Record<RequestClass, number>>>;
  /** Of that, the share before the first token, 0–1; a class left out: see cpuRatioBefore. */
  readonly cpuRatioBeforeFirstToken: Readonly<Partial<Record<RequestClass, number>>>;
  /** Of runs, the share of it before `workflow_started`, a part of the one before; a class left out: none. */
  readonly cpuRatioBeforeStart?: Readonly<Partial<Record<RequestClass, number>>>;
  readonly service: Readonly<Partial<Record<RequestClass, ServiceModel>>>;
  /** Pod creation → kubelet start, and → Ready: quantiles at 0, 1/n, …, 1. */
  readonly startedSeconds: readonly number[];
  readonly readySeconds: readonly number[];
  readonly terminationGraceSeconds: number;
  /** How long a pod that is scaled in stays: until its requests are done, or its grace is over. */
  readonly drainSeconds: number;
  /** Most database connections that one pod opens. */
  readonly postgresConnections: number;
}

/** CPU that a replica can use, for requests and beside them, millicores. */
export function ceilingMillicoresOf({
  processes,
  processMillicores,
  idleMillicores,
}: ComponentModel): number {
  return processes * processMillicores + idleMillicores;
}

export interface MetricPipelineModel {
  readonly resourcePeriodSeconds: number;
  readonly resourceWindowSeconds: number;
  /** From the end of what a sample measured to the moment it can be read; longer ones count as one period. */
  readonly resourceLagSeconds: number;
  /** Of that lag, by how much the sample's own timestamp is later than what it measured. */
  readonly usageLagSeconds: number;
  readonly externalPeriodSeconds: number;
  /** Name of the External metric that is the length of the queue of a back component; null: none. */
  readonly queueMetricName: string | null;
  /** Whether runs that are being worked on are part of that length. */
  readonly queueCountsRunning: boolean;
  /** Stretches in which a metrics API answers nothing. */
  readonly outages: readonly MetricOutage[];
}

export interface MetricOutage {
  readonly source: 'resource' | 'external';
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface LimitsModel {
  /** null: not known, so it never binds. */
  readonly postgresMaxConnections: number | null;
  /** Calls of the language model at once; more are refused. */
  readonly llmMaxConcurrentCalls: number | null;
  /** Rate limit of the language model: calls that may begin in a minute, as a bucket that fills evenly. */
  readonly llmCallsPerMinute: number | null;
  /** Pods of all components together that find a node. */
  readonly schedulablePods: number | null;
  /** A request that waits longer has been given up by its client. */
  readonly requestTimeoutSeconds: number;
}

/** How one component is scaled in one simulation. */
export interface ScalingModel {
  /** autoscaling/v2 spec; null: no autoscaler. */
  readonly hpaSpec: Readonly<Record<string, unknown>> | null;
  /** Replicas, all Ready, when the simulation begins. */
  readonly initialReplicas: number;
  /** Goes before the template's request where it is set. */
  readonly requestedMillicores: number | null;
  /** Where the HPA stands, the beginning of every path in an error; the component's name when left out. */
  readonly hpaAt?: string;
}
export type Scaling = Readonly<Partial<Record<ComponentName, ScalingModel>>>;

export interface ObjectivesModel {
  readonly firstTokenP95Seconds: number;
  readonly queueWaitP95Seconds: number;
  /** 0–1 */
  readonly errorRatio: number;
}

/** Whole requests arriving in each second, per class; shared by all settings that are compared. */
export interface Demand {
  readonly durationSeconds: number;
  readonly arrivals: Readonly<Partial<Record<RequestClass, Uint16Array>>>;
  /** Pages opened at web in each second. */
  readonly pages?: Uint16Array;
  /** Of everything else that is random: assignment to pods, service times, startup, phases of the pipeline. */
  readonly seed: number;
}
