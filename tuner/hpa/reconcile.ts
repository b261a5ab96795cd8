import { groupPods } from './group-pods.ts';
import { type MetricProblem, proposeFromPods } from './propose-from-pods.ts';
import { proposeFromValue } from './propose-from-value.ts';
import { badInput, requireExact } from './refuse-input.ts';
import type { SyncMoment } from './stabilize.ts';
import type { HpaState } from './state.ts';
import {
  addProposal,
  beginSync,
  concludeFromMetrics,
  concludeWithoutMetrics,
  type MetricOutcome,
} from './sync.ts';
import type {
  CompiledHpa,
  CompiledMetric,
  HpaDecision,
  HpaPod,
  HpaSyncInputs,
  MetricAnswer,
  MetricProposal,
} from './types.ts';

/**
 * One sync of the controller: from what it read to what it wrote and to the status it left.
 *
 * @param state what the controller remembers of this HPA; changed in place
 * @param inputs as read at this sync; `inputs.metrics` has one answer per entry of `hpa.metrics`
 * @throws TuneError BAD_HPA_INPUT when an amount is negative, no number, or too large to be added up exactly
 * @see Kubernetes 1.37 podautoscaler/horizontal.go, reconcileAutoscaler
 */
export function reconcile(hpa: CompiledHpa, state: HpaState, inputs: HpaSyncInputs): HpaDecision {
  const moment: SyncMoment = { atMs: inputs.atMs, currentReplicas: inputs.specReplicas };
  const step = beginSync(hpa, state, moment);
  if (step !== 'readMetrics') return concludeWithoutMetrics(hpa, state, moment, step);

  const outcome: MetricOutcome = { highest: 0, invalid: 0, firstInvalid: null };
  const proposals: MetricProposal[] = [];
  hpa.metrics.forEach((metric, index) => {
    const proposal = propose(hpa, metric, inputs, index);
    addProposal(outcome, metric, proposal);
    proposals.push(
      typeof proposal === 'number'
        ? { metric: index, replicas: proposal, problem: null }
        : { metric: index, replicas: null, problem: proposal },
    );
  });
  return { ...concludeFromMetrics(hpa, state, moment, outcome), proposals };
}

const noAnswer: MetricProblem = 'the metrics API answered an error or nothing';

function propose(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  inputs: HpaSyncInputs,
  index: number,
): number | MetricProblem {
  const answer = inputs.metrics[index];
  if (answer === undefined) {
    throw badInput(`metrics[${index}]`, `nothing was recorded for this ${metric.type} metric of the HPA`);
  }
  if (answer.error !== undefined && answer.error !== false) return noAnswer;
  return metric.type === 'Object' || metric.type === 'External'
    ? proposeFromSeries(hpa, metric, inputs, { path: `metrics[${index}]`, answer })
    : proposeFromSamples(hpa, metric, inputs, { path: `metrics[${index}]`, answer });
}

interface PlacedAnswer {
  readonly path: string;
  readonly answer: MetricAnswer;
}

function proposeFromSamples(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  inputs: HpaSyncInputs,
  { path, answer }: PlacedAnswer,
): number | MetricProblem {
  if (answer.values !== undefined)
    throw badInput(`${path}.values`, `a ${metric.type} metric is answered by pods`);
  if (answer.pods === undefined || isEmpty(answer.pods)) return noAnswer;
  const sums = groupPods(hpa, metric, { atMs: inputs.atMs, pods: inputs.pods, samples: answer.pods });
  requireExact(sums.valueTotal + sums.missingFallback, `${path}.pods`);
  requireExact(sums.requestTotal + sums.missingRequests + sums.unreadyRequests, 'pods[].requests');
  return proposeFromPods(hpa, metric, sums, inputs.specReplicas);
}

function isEmpty(samples: object): boolean {
  for (const _ in samples) return false;
  return true;
}

function proposeFromSeries(
  hpa: CompiledHpa,
  metric: CompiledMetric,
  inputs: HpaSyncInputs,
  { path, answer }: PlacedAnswer,
): number | MetricProblem {
  if (answer.pods !== undefined)
    throw badInput(`${path}.pods`, `a ${metric.type} metric is answered by values`);
  const values = answer.values ?? [];
  if (values.length === 0) return noAnswer;
  if (metric.type === 'Object' && values.length > 1) {
    throw badInput(`${path}.values`, `has ${values.length} entries, and an Object metric has one`);
  }
  let value = 0;
  for (const entry of values) value += entry;
  requireExact(value, `${path}.values`);
  return proposeFromValue(hpa, metric, {
    value,
    specReplicas: inputs.specReplicas,
    statusReplicas: inputs.statusReplicas,
    podCount: inputs.pods.length,
    runningReadyPods: countRunningReady(inputs.pods),
  });
}

/** Unlike the metrics over pods this counts terminating pods too. */
function countRunningReady(pods: readonly HpaPod[]): number {
  let count = 0;
  for (const pod of pods) if (pod.phase === 'Running' && pod.ready === true) count++;
  return count;
}
