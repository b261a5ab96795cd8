import type { MetricSpec } from '../contracts/hpa-spec.ts';
import { ceilingMillicoresOf } from '../simulate/model.ts';
import {
  type AdviceRule,
  ascending,
  evidencePath,
  type RuleContext,
  type SettingPlan,
} from './advice-rule.ts';
import { type ComponentDraft, cpuMetric, cpuMetricIndex } from './component-draft.ts';
import { usualCpuPercent } from './scaling-approach.ts';

/** CPU usage, in percent of the request, that the HPA holds a component at. */
export const targetUtilization: AdviceRule = {
  id: 'target-utilization',
  plan(context) {
    const current = currentPercent(context.current);
    if (context.approach === 'cpu') return searchTarget(context, current);
    const isRemoved = context.approach !== 'asIs' && current !== null;
    return isRemoved ? removeTarget(context, current) : null;
  },
};

const step = 5;
const lowest = 30;
const highest = 90;
/** The controller tolerates 10 %: what lies between 45 % and 55 % of usage is 50 % to it. */
const roundPercent = 10;

function searchTarget(context: RuleContext, current: number | null): SettingPlan {
  const { model, name, need } = context;
  const ceiling = Math.round(ceilingMillicoresOf(model));
  const requested = context.base.requestedMillicores ?? model.requestedMillicores ?? ceiling;
  // A target above what a replica can use of its request would never be reached.
  const reachable = Math.floor((ceiling / requested) * 100);
  const grid = Array.from({ length: (highest - lowest) / step + 1 }, (_, index) => lowest + index * step);
  const scaled = grid.map((percent) => Math.round((percent / 100) * reachable));
  return {
    sets: `metrics[${Math.max(0, cpuMetricIndex(context.base.metrics))}].resource.target.averageUtilization`,
    unit: '%',
    current,
    currentValue: current,
    values: ascending([...scaled, ...(current === null ? [] : [current])]),
    usualValue: usualCpuPercent,
    isRound: (percent) => percent % roundPercent === 0,
    show: (percent) => percent,
    apply: (draft, percent) => setPercent(draft, percent),
    because:
      `CPU binds ${name}: ${context.evidence.bindingBecause}. A replica can use ${ceiling} millicores of the ` +
      `${requested} requested, and the peak of ${need.arrivalsPerSecond.toFixed(1)} requests/s takes ` +
      `${need.byCpu.toFixed(1)} replicas' whole CPU`,
    evidence: [
      evidencePath(context, 'binding'),
      evidencePath(context, 'cpuMillisecondsPerRequest'),
      evidencePath(context, 'startup.readySeconds'),
    ],
  };
}

/** Decided without a search: CPU says nothing about a component that it does not bind. */
function removeTarget(context: RuleContext, current: number): SettingPlan {
  return {
    sets: `metrics[${cpuMetricIndex(context.current.metrics)}].resource.target.averageUtilization`,
    unit: '%',
    current,
    currentValue: null,
    values: [0],
    show: () => 'none',
    apply: () => {},
    because: `${context.evidence.binding} binds ${context.name} and not CPU: ${context.evidence.bindingBecause}. No CPU target would scale it in time`,
    evidence: [evidencePath(context, 'binding'), evidencePath(context, 'bindingBecause')],
  };
}

/** @returns null without a utilization target */
export function currentPercent({ metrics }: ComponentDraft): number | null {
  const metric = metrics[cpuMetricIndex(metrics)];
  return metric?.type === 'Resource' ? (metric.resource.target.averageUtilization ?? null) : null;
}

function setPercent(draft: ComponentDraft, percent: number): void {
  const index = cpuMetricIndex(draft.metrics);
  const metric: MetricSpec = cpuMetric(percent);
  if (index < 0) draft.metrics.push(metric);
  else draft.metrics[index] = metric;
}
