import { conditions, setCondition } from './conditions.ts';
import { hasAskedSince, lastExpired, recordRecommendation } from './recommendations.ts';
import type { HpaState } from './state.ts';
import type { CompiledHpa, CompiledScalingRules } from './types.ts';

/** One sync's replica counts on their way to a decision. */
export interface SyncMoment {
  readonly atMs: number;
  /** spec.replicas of the scale target. */
  readonly currentReplicas: number;
}

/**
 * Holds a recommendation back by those of the recent past, and remembers it.
 *
 * Without `behavior` in the spec the highest of the downscale window counts; with it the lowest of the
 * scale-up window on the way up and the highest of the scale-down window on the way down. Remembered is what
 * the metrics asked for, not what comes of it.
 *
 * @returns int32, between the present count and the recommendation, or a recommendation of the past
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, stabilizeRecommendation, stabilizeRecommendationWithBehaviors
 */
export function stabilize(hpa: CompiledHpa, state: HpaState, moment: SyncMoment, desired: number): number {
  const stabilized =
    hpa.behavior === null
      ? highestOfDownscaleWindow(hpa, state, moment, desired)
      : withinBothWindows(hpa.behavior, state, moment, desired);
  setCondition(state.conditions, stabilizedCondition(hpa, moment, desired, stabilized));
  return stabilized;
}

function stabilizedCondition(hpa: CompiledHpa, moment: SyncMoment, desired: number, stabilized: number) {
  if (stabilized === desired) return conditions.readyForNewScale;
  if (hpa.behavior !== null && desired >= moment.currentReplicas) return conditions.scaleUpStabilized;
  return conditions.scaleDownStabilized;
}

/** Here a recommendation as old as the window still counts; with `behavior` it does not. */
function highestOfDownscaleWindow(
  hpa: CompiledHpa,
  { recommendations }: HpaState,
  { atMs }: SyncMoment,
  desired: number,
): number {
  const cutoffMs = atMs - hpa.flags.downscaleStabilizationSeconds * 1000;
  if (hasAskedSince(recommendations, desired, cutoffMs)) {
    recordRecommendation(recommendations, lastExpired(recommendations, cutoffMs), {
      atMs,
      replicas: desired,
    });
    return desired;
  }
  let highest = desired;
  let expired = -1;
  for (let index = 0; index < recommendations.length; index++) {
    if ((recommendations.atMs[index] as number) < cutoffMs) expired = index;
    else highest = Math.max(highest, recommendations.replicas[index] as number);
  }
  recordRecommendation(recommendations, expired, { atMs, replicas: desired });
  return highest;
}

function withinBothWindows(
  behavior: { readonly scaleUp: CompiledScalingRules; readonly scaleDown: CompiledScalingRules },
  { recommendations }: HpaState,
  { atMs, currentReplicas }: SyncMoment,
  desired: number,
): number {
  const upCutoffMs = atMs - behavior.scaleUp.stabilizationMs;
  const downCutoffMs = atMs - behavior.scaleDown.stabilizationMs;
  const expiryMs = Math.min(upCutoffMs, downCutoffMs);
  if (hasAskedSince(recommendations, desired, expiryMs)) {
    recordRecommendation(recommendations, lastExpired(recommendations, expiryMs), {
      atMs,
      replicas: desired,
    });
    return desired;
  }
  let lowest = desired;
  let highest = desired;
  // Written over is the expired entry that stands last; an entry exactly as old as the window is left alone.
  let expired = -1;
  const { length, atMs: moments, replicas: counts } = recommendations;
  for (let index = 0; index < length; index++) {
    const pastMs = moments[index] as number;
    const replicas = counts[index] as number;
    if (pastMs > upCutoffMs && replicas < lowest) lowest = replicas;
    if (pastMs > downCutoffMs && replicas > highest) highest = replicas;
    if (pastMs < expiryMs) expired = index;
  }
  recordRecommendation(recommendations, expired, { atMs, replicas: desired });
  return Math.min(Math.max(currentReplicas, lowest), highest);
}
