import { conditions, isScaledToZero, metricFailures, removeCondition, setCondition } from './conditions.ts';
import { limitRate } from './limit-rate.ts';
import type { MetricProblem } from './propose-from-pods.ts';
import { recordRecommendation } from './recommendations.ts';
import { storeScaleEvent } from './scale-events.ts';
import { type SyncMoment, stabilize } from './stabilize.ts';
import type { HpaState } from './state.ts';
import type { CompiledHpa, CompiledMetric } from './types.ts';

/**
 * The part of a sync that does not look at pods: what the replica count alone decides, how proposals of several
 * metrics become one, and what is written. `reconcile` and `reconcileAggregated` share it.
 *
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, reconcileAutoscaler, computeReplicasForMetrics
 */

/** What the replica count alone decides. */
export type FirstStep = 'readMetrics' | 'disabled' | 'aboveMax' | 'belowMin';

export function beginSync(hpa: CompiledHpa, state: HpaState, moment: SyncMoment): FirstStep {
  setCondition(state.conditions, conditions.gotScale);
  if (state.recommendations.length === 0) {
    recordRecommendation(state.recommendations, -1, { atMs: moment.atMs, replicas: moment.currentReplicas });
  }
  if (moment.currentReplicas === 0 && isDisabledAtZero(hpa, state)) return 'disabled';
  if (moment.currentReplicas === 0 && hpa.rules.remembersScaledToZero) return 'readMetrics';
  if (moment.currentReplicas > hpa.maxReplicas) return 'aboveMax';
  if (moment.currentReplicas < hpa.minReplicas) return 'belowMin';
  return 'readMetrics';
}

/** Somebody else scaled to zero: the controller keeps its hands off. */
function isDisabledAtZero(hpa: CompiledHpa, state: HpaState): boolean {
  if (!hpa.rules.remembersScaledToZero) return hpa.minReplicas !== 0;
  if (!hpa.rules.scaleToZero || !isScaledToZero(state.conditions)) return true;
  return hpa.minReplicas === 0 && !hpa.hasObjectOrExternal;
}

/** Proposals of one sync, gathered metric by metric. */
export interface MetricOutcome {
  /** Highest valid proposal; 0 before the first. */
  highest: number;
  invalid: number;
  /** The metric that failed first names the reason. */
  firstInvalid: CompiledMetric | null;
}

export function addProposal(
  outcome: MetricOutcome,
  metric: CompiledMetric,
  proposal: number | MetricProblem,
): void {
  if (typeof proposal !== 'number') {
    outcome.firstInvalid ??= metric;
    outcome.invalid++;
    return;
  }
  // A first proposal replaces the initial 0 even when it is below it.
  if (outcome.highest === 0 || proposal > outcome.highest) outcome.highest = proposal;
}

/**
 * Decides from the metrics. Scaling down needs all of them; for scaling up or staying one is enough.
 *
 * @returns the count written; null where it stays
 */
export function concludeFromMetrics(
  hpa: CompiledHpa,
  state: HpaState,
  moment: SyncMoment,
  { highest, invalid, firstInvalid }: MetricOutcome,
): number | null {
  const wouldScaleDown = highest < moment.currentReplicas;
  if (firstInvalid !== null && (invalid >= hpa.metrics.length || wouldScaleDown)) {
    setCondition(state.conditions, metricFailures[firstInvalid.type]);
    return null;
  }
  setCondition(state.conditions, conditions.validMetric);

  const returnsFromZero = moment.currentReplicas === 0 && isScaledToZero(state.conditions);
  const stabilized = stabilize(hpa, state, moment, Math.max(highest, 0));
  const desired = limitRate(hpa, state, moment, stabilized);
  // minReplicas may have been raised while the target was at zero.
  const written = returnsFromZero ? Math.max(desired, hpa.minReplicas) : desired;
  return writeReplicas(hpa, state, moment, written);
}

/**
 * For the steps that read no metric.
 *
 * @returns the count written; null where it stays
 */
export function concludeWithoutMetrics(
  hpa: CompiledHpa,
  state: HpaState,
  moment: SyncMoment,
  step: Exclude<FirstStep, 'readMetrics'>,
): number | null {
  if (step === 'aboveMax') return writeReplicas(hpa, state, moment, hpa.maxReplicas);
  if (step === 'belowMin') return writeReplicas(hpa, state, moment, hpa.minReplicas);
  setCondition(state.conditions, conditions.disabled);
  if (hpa.rules.remembersScaledToZero && !hpa.rules.scaleToZero) {
    removeCondition(state.conditions, 'ScaledToZero');
  }
  return writeReplicas(hpa, state, moment, moment.currentReplicas);
}

/**
 * Writes the count, when it is another one, and what follows from writing it.
 *
 * @returns the count written; null where it stays
 */
function writeReplicas(
  hpa: CompiledHpa,
  state: HpaState,
  moment: SyncMoment,
  desired: number,
): number | null {
  state.desiredReplicas = desired;
  if (desired === moment.currentReplicas) return null;

  setCondition(state.conditions, conditions.rescaled);
  storeScaleEvent(hpa, state, { atMs: moment.atMs, from: moment.currentReplicas, to: desired });
  if (hpa.rules.remembersScaledToZero) noteScaledToZero(hpa, state, desired);
  return desired;
}

function noteScaledToZero(hpa: CompiledHpa, state: HpaState, desired: number): void {
  if (!hpa.rules.scaleToZero) {
    removeCondition(state.conditions, 'ScaledToZero');
    return;
  }
  const byMetrics = desired === 0 && hpa.minReplicas === 0 && hpa.hasObjectOrExternal;
  setCondition(state.conditions, byMetrics ? conditions.scaledToZero : conditions.notScaledToZero);
}
