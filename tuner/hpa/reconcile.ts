import { groupPods } from './group-pods.ts';
import { brokenTarget, type MetricProblem, proposeFromPods } from './propose-from-pods.ts';
import { proposeFromValue } from './propose-from-value.ts';
import { readSync, type SyncReadings } from './read-sync.ts';
import { badInput, inexact, isExact } from './refuse-input.ts';
import type { SyncMoment } from './stabilize.ts';
import type { HpaState } from './state.ts';
import {
  addProposal,
  beginSync,
  concludeFromMetrics,
  concludeWithoutMetrics,
  type MetricOutcome,
} from './sync.ts';
import type { CompiledHpa, CompiledMetric, HpaDecision, HpaSyncInputs, MetricProposal } from './types.ts';

/**
 * One sync of the controller: from what it read to what it wrote and to the status it left.
 *
 * @param state what the controller remembers of this HPA; changed in place
 * @param inputs as read at this sync; `inputs.metrics` has one answer per entry of `hpa.metrics`
 * @throws TuneError BAD_HPA_INPUT when an amount is negative, no number, or too large to be added up exactly,
 *   or when a metric that is needed was not recorded
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, reconcileAutoscaler
 */
export function reconcile(hpa: CompiledHpa, state: HpaState, inputs: HpaSyncInputs): HpaDecision {
  return decideSync(hpa, state, readSync(hpa, inputs));
}

/** {@link reconcile} without reading: for inputs that are joined already. */
export function decideSync(hpa: CompiledHpa, state: HpaState, sync: SyncReadings): HpaDecision {
  const moment: SyncMoment = { atMs: sync.atMs, currentReplicas: sync.specReplicas };
  const step = beginSync(hpa, state, moment);
  if (step !== 'readMetrics') return decision(state, concludeWithoutMetrics(hpa, state, moment, step), []);

  const outcome: MetricOutcome = { highest: 0, invalid: 0, firstInvalid: null };
  const proposals: MetricProposal[] = [];
  for (let index = 0; index < hpa.metrics.length; index++) {
    const metric = hpa.metrics[index] as CompiledMetric;
    const proposal = propose(hpa, metric, sync, index);
    addProposal(outcome, metric, proposal);
    proposals.push(
      typeof proposal === 'number'
        ? { metric: index, replicas: proposal, problem: null }
        : { metric: index, replicas: null, problem: proposal },
    );
  }
  return decision(state, concludeFromMetrics(hpa, state, moment, outcome), proposals);
}

/** The state goes on changing, a decision does not. */
function decision(
  state: HpaState,
  scaledTo: number | null,
  proposals: readonly MetricProposal[],
): HpaDecision {
  return {
    scaledTo,
    desiredReplicas: state.desiredReplicas,
    conditions: state.conditions.slice(),
    proposals,
  };
}

function propose(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  sync: SyncReadings,
  index: number,
): number | MetricProblem {
  if (metric.kind === 'broken') return brokenTarget;
  const reading = sync.readings[index];
  if (reading === undefined) {
    throw badInput(`metrics[${index}]`, `nothing was recorded for this ${metric.type} metric of the HPA`);
  }
  if (reading === null) return 'the metrics API answered an error or nothing';
  if (typeof reading === 'number') {
    return proposeFromValue(hpa, metric, {
      value: reading,
      specReplicas: sync.specReplicas,
      statusReplicas: sync.statusReplicas,
      podCount: sync.podCount,
      runningReadyPods: sync.runningReadyPods,
    });
  }
  const sums = groupPods(hpa, metric, sync.atMs, reading);
  const value = sums.valueTotal + sums.missingFallback;
  if (!isExact(value)) throw inexact(value, `metrics[${index}].pods`);
  const requested = sums.requestTotal + sums.missingRequests + sums.unreadyRequests;
  if (!isExact(requested)) throw inexact(requested, 'pods[].requests');
  return proposeFromPods(hpa, metric, sums, sync.specReplicas);
}
