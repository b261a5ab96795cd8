import { type AdviceRule, ascending, evidencePath, type RuleContext } from './advice-rule.ts';
import { type ComponentDraft, queueMetricIndex, queueMetricSpec } from './component-draft.ts';
import type { QueueMetric } from './options.ts';
import { usualQueueTarget } from './scaling-approach.ts';

/** Waiting runs per replica that the HPA holds a worker at: AverageValue of the global queue length. */
export const queueTarget: AdviceRule = {
  id: 'queue-target',
  plan(context) {
    const { queueMetric, approach, base, model, name } = context;
    const index = queueMetricIndex(base.metrics, queueMetric);
    if (queueMetric === null || index < 0 || approach === 'cpu' || approach === 'fixed') return null;
    const current = currentTarget(context.current, queueMetric);
    const perSecond = runsPerSecond(context);
    const bearable = perSecond * context.queueWaitObjectiveSeconds;
    return {
      sets: `metrics[${index}].external.target.averageValue`,
      unit: 'runs per replica',
      current,
      // An HPA holds the queue at its target: one that the objective cannot bear is no choice, whatever a short
      // simulation says of it.
      currentValue: isBearable(current, bearable) ? current : null,
      values: ascending([...targetsUpTo(bearable), ...(isBearable(current, bearable) ? [current] : [])]),
      usualValue: usualQueueTarget,
      show: (target) => target,
      apply: (draft, target) => setTarget(draft, queueMetric, target),
      because:
        `a replica of ${name} runs ${Number(model.slotsPerReplica.toFixed(1))} at once and ends ${perSecond.toFixed(2)} runs/s, so ` +
        `more than ${bearable.toFixed(1)} waiting per replica is more than the objective of ` +
        `${context.queueWaitObjectiveSeconds} s in the queue`,
      evidence: [
        evidencePath(context, 'slotsPerReplica'),
        evidencePath(context, 'serviceSeconds.workflow'),
        'objectives.queueWaitP95Seconds',
      ],
    };
  },
};

const targets = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 60];

function targetsUpTo(bearable: number): number[] {
  return targets.filter((target, index) => index < 2 || target <= bearable);
}

function isBearable(current: number | null, bearable: number): current is number {
  return current !== null && current <= bearable;
}

function runsPerSecond({ model }: RuleContext): number {
  const seconds = model.service.workflow?.meanSeconds ?? 1;
  const bySlots = model.slotsPerReplica / seconds;
  const byCpu =
    (model.processes * model.processMillicores) / Math.max(1, model.cpuMilliseconds.workflow ?? 1);
  return Math.min(bySlots, byCpu);
}

/** @returns null without a target per replica on the queue */
function currentTarget({ metrics }: ComponentDraft, queue: QueueMetric): number | null {
  const metric = metrics[queueMetricIndex(metrics, queue)];
  if (metric?.type !== 'External' || metric.external.target.averageValue === undefined) return null;
  const target = Number(metric.external.target.averageValue);
  return Number.isFinite(target) ? target : null;
}

function setTarget(draft: ComponentDraft, queue: QueueMetric, target: number): void {
  const index = queueMetricIndex(draft.metrics, queue);
  const before = draft.metrics[index];
  const metric = queueMetricSpec(queue, target);
  if (before?.type === 'External' && metric.type === 'External') {
    // The selector in force may say more than the config does.
    draft.metrics[index] = { ...metric, external: { ...metric.external, metric: before.external.metric } };
  } else draft.metrics.unshift(metric);
}
