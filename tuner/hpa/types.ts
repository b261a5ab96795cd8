/**
 * What goes into one sync of the HorizontalPodAutoscaler controller, and what comes out.
 *
 * The shapes are those of the trace format (docs/hpa.md), so that a recorded sync is an input as it stands.
 * Moments are whole milliseconds since any common origin, as the controller compares them; amounts are
 * milli-units (CPU: millicores, memory: milli-bytes), as it computes with them.
 */

/** kube-controller-manager settings that change a decision. Defaults: {@link file://./controller-flags.ts}. */
export interface ControllerFlags {
  /** --horizontal-pod-autoscaler-tolerance, half-width of the dead band around ratio 1; ≥ 0. */
  readonly tolerance: number;
  /** --horizontal-pod-autoscaler-downscale-stabilization, seconds; used where the spec sets no window. */
  readonly downscaleStabilizationSeconds: number;
  /** --horizontal-pod-autoscaler-cpu-initialization-period, seconds. */
  readonly cpuInitializationPeriodSeconds: number;
  /** --horizontal-pod-autoscaler-initial-readiness-delay, seconds. */
  readonly initialReadinessDelaySeconds: number;
  /** --horizontal-pod-autoscaler-sync-period, seconds. Not read by a sync: it says when the next one is due. */
  readonly syncPeriodSeconds: number;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** One pod of the scale target, as the controller's cache had it. */
export interface HpaPod {
  readonly name: string;
  readonly phase: PodPhase;
  /** Status of the Ready condition; null: the pod has no such condition. */
  readonly ready: boolean | 'Unknown' | null;
  /** lastTransitionTime of the Ready condition; not read when `ready` is null. */
  readonly readyTransitionMs: number;
  /** status.startTime; null: not set yet. */
  readonly startTimeMs: number | null;
  /** Has a deletionTimestamp. */
  readonly deleted: boolean;
  /** container → resource → milli-units; sidecars (restartable init containers) count as containers. */
  readonly requests: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** spec.resources.requests, those of the pod itself (counted since 1.34), overhead added; absent or null: none set. */
  readonly podRequests?: Readonly<Record<string, number>> | null | undefined;
}

/** A pod's sample as the metrics API answered it. */
export interface PodSample {
  /** milli-units, integer ≥ 0. */
  readonly value: number;
  readonly atMs: number;
  readonly windowMs: number;
}

/**
 * What the metrics API answered for one entry of `spec.metrics`.
 *
 * Resource, ContainerResource and Pods metrics answer `pods`, Object and External metrics `values`.
 * `error`: the call failed. Neither given, or an empty one: answered with no items, an error as well.
 */
export interface MetricAnswer {
  readonly pods?: Readonly<Record<string, PodSample>> | undefined;
  readonly values?: readonly number[] | undefined;
  readonly error?: boolean | string | undefined;
}

/** Everything the controller reads at one sync. */
export interface HpaSyncInputs {
  readonly atMs: number;
  /** spec.replicas of the scale subresource. */
  readonly specReplicas: number;
  /** status.replicas of the scale subresource. */
  readonly statusReplicas: number;
  readonly pods: readonly HpaPod[];
  /** One answer for each entry of the compiled `spec.metrics`, in its order. */
  readonly metrics: readonly MetricAnswer[];
}

export interface HpaCondition {
  readonly type: 'AbleToScale' | 'ScalingActive' | 'ScalingLimited' | 'ScaledToZero';
  readonly status: 'True' | 'False' | 'Unknown';
  /** The controller's own word: `ScaleDownStabilized`, `TooManyReplicas`, … */
  readonly reason: string;
}

/** What one metric asked for, before stabilization, rate policies and bounds. */
export interface MetricProposal {
  /** Position in `spec.metrics`. */
  readonly metric: number;
  /** null: the metric was invalid at this sync, `problem` says why. */
  readonly replicas: number | null;
  readonly problem: string | null;
}

/** What one sync did. */
export interface HpaDecision {
  /** Replicas written to the scale subresource; null: nothing written. */
  readonly scaledTo: number | null;
  /** status.desiredReplicas after the sync. */
  readonly desiredReplicas: number;
  /** status.conditions after the sync, in the order the controller keeps them. */
  readonly conditions: readonly HpaCondition[];
  /** One per metric; empty where the sync needed no metric (out-of-range counts, scaling disabled). */
  readonly proposals: readonly MetricProposal[];
}

/**
 * One metric's pods added up, for callers whose pods are alike (the simulator).
 *
 * "Counted" pods have a sample that the readiness rules accept. All sums are over milli-units.
 */
export interface AggregatedPodMetric {
  /** The metrics API failed or answered nothing. */
  failed: boolean;
  /** Pods whose sample counts. */
  countedPods: number;
  /** Sum of the samples of the counted pods. */
  valueTotal: number;
  /** Pending pods and, for cpu, those the readiness rules set aside; no failed, no terminating ones. */
  unreadyPods: number;
  /** Pods that should have a sample and have none. */
  missingPods: number;
  /** Request of every pod for this metric's resource, milli-units; 0 when it has none (a utilization then fails). */
  requestPerPod: number;
  /** Object and External metrics: the series added up; the fields about pods are not read then. */
  value: number;
}

/** {@link HpaSyncInputs} for pods that are alike: counts in place of lists. Reused from sync to sync. */
export interface AggregatedSyncInputs {
  atMs: number;
  specReplicas: number;
  statusReplicas: number;
  /** All pods that the selector finds, failed and terminating ones included. */
  podCount: number;
  /** Pods in phase Running with Ready true, terminating ones included (Object and External with a Value target). */
  runningReadyPods: number;
  /** One for each entry of the compiled `spec.metrics`, in its order. */
  metrics: AggregatedPodMetric[];
}

/** Feature gates of kube-controller-manager and kube-apiserver that change a decision. */
export type FeatureGate = 'HPAConfigurableTolerance' | 'HPAScaleToZero' | 'PodLevelResources';

export interface CompileOptions {
  /** Version of the target's control plane, `1.37.2` or `v1.33.1-eks-…`; 1.30 to 1.37. */
  readonly kubernetesVersion: string;
  readonly flags: ControllerFlags;
  /** Gates set otherwise than the version's default. */
  readonly featureGates?: Readonly<Partial<Record<FeatureGate, boolean>>>;
}

/** Which of the rules that changed between 1.30 and 1.37 hold. Table with sources: docs/hpa.md. */
export interface VersionRules {
  /** Dead band as 1-t ≤ ratio ≤ 1+t (1.33) instead of |1-ratio| ≤ t: they differ at ratio 1.1, t 0.1. */
  readonly deadBandByBounds: boolean;
  /** behavior.scaleUp/scaleDown.tolerance is read. */
  readonly configurableTolerance: boolean;
  /** minReplicas 0 is accepted. */
  readonly scaleToZero: boolean;
  /** From 0 replicas metrics are read only after the HPA itself scaled to 0, as ScaledToZero remembers (1.36). */
  readonly remembersScaledToZero: boolean;
  /** Proposals of an External AverageValue metric stop at the largest int32 (1.34) instead of wrapping. */
  readonly capsExternalAverage: boolean;
  /** The same for Object and External metrics with a Value target (1.35). */
  readonly capsValueRatio: boolean;
  /** A container that a pod lacks makes a ContainerResource metric invalid (1.35) instead of counting 0. */
  readonly requiresContainer: boolean;
  /** Requests of the pod itself go before those of its containers (1.34). */
  readonly podLevelRequests: boolean;
  /** A changed spec and a new HPA are reconciled at once (1.37) instead of a sync period later. */
  readonly syncsAtOnce: boolean;
}

/** How a metric is computed; `broken`: the API server accepts it and every sync fails on it. */
export type MetricKind = 'utilization' | 'podAverage' | 'value' | 'averageValue' | 'broken';

export interface CompiledMetric {
  readonly type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External';
  readonly kind: MetricKind;
  /** Name of the resource; null for metrics that are none. */
  readonly resource: string | null;
  /** Container of a ContainerResource metric. */
  readonly container: string | null;
  /** Samples of pods that are starting are set aside: cpu alone. */
  readonly hasReadinessRules: boolean;
  /** Percent of the request for kind `utilization`, milli-units otherwise. NaN for `broken`. */
  readonly target: number;
}

export interface CompiledPolicy {
  readonly isPercent: boolean;
  readonly value: number;
  readonly periodMs: number;
}

export interface CompiledScalingRules {
  readonly stabilizationMs: number;
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
  readonly policies: readonly CompiledPolicy[];
  readonly longestPeriodMs: number;
}

/** An HPA's spec with defaults filled in and quantities parsed. Immutable; one serves any number of states. */
export interface CompiledHpa {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly CompiledMetric[];
  readonly hasObjectOrExternal: boolean;
  readonly scaleUpTolerance: number;
  readonly scaleDownTolerance: number;
  /** null: no `behavior` in the spec, so the controller's older rules hold. */
  readonly behavior: {
    readonly scaleUp: CompiledScalingRules;
    readonly scaleDown: CompiledScalingRules;
  } | null;
  readonly flags: ControllerFlags;
  readonly rules: VersionRules;
}
