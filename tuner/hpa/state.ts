import { createRecommendations, type Recommendations } from './recommendations.ts';
import type { HpaCondition } from './types.ts';

/** A change of the replica count, for the policies' periods. */
export interface ScaleEvent {
  atMs: number;
  /** Replicas added or removed, ≥ 0. */
  change: number;
  /** Older than the longest period when it was last looked at: its place may be taken. */
  isOutdated: boolean;
}

/**
 * What the controller remembers of one HPA from sync to sync.
 *
 * Owned by one replayer and changed in place: lists are reused as the controller reuses them, and which entry
 * is overwritten is part of the behaviour.
 */
export interface HpaState {
  /** status.desiredReplicas. */
  desiredReplicas: number;
  /** status.conditions. */
  conditions: HpaCondition[];
  recommendations: Recommendations;
  scaleUpEvents: ScaleEvent[];
  scaleDownEvents: ScaleEvent[];
}

/**
 * The memory of a controller that has just started.
 *
 * @param status the HPA's status at that time, which outlives the controller; as of a new HPA when left out
 */
export function createHpaState(status?: {
  readonly desiredReplicas?: number | undefined;
  readonly conditions?: readonly HpaCondition[] | null | undefined;
}): HpaState {
  return {
    desiredReplicas: status?.desiredReplicas ?? 0,
    conditions: [...(status?.conditions ?? [])],
    recommendations: createRecommendations(),
    scaleUpEvents: [],
    scaleDownEvents: [],
  };
}
