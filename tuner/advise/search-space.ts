import type { ComponentName } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { parseHpaSpec } from '../hpa/parse-hpa-spec.ts';
import type { ComponentModel, Scaling, ScalingModel, SimulationModel } from '../simulate/model.ts';
import type { AdviceRule, RuleContext, SettingPlan } from './advice-rule.ts';
import { type ComponentDraft, copyDraft, draftOf, specOfDraft } from './component-draft.ts';
import type { ExpectedDemand } from './demand.ts';
import type { AdviseOptions, PerComponent } from './options.ts';
import { type PeakNeed, peakNeed } from './peak-need.ts';
import { queueTarget } from './queue-target.ts';
import { scaleDownPolicies, scaleUpPolicies } from './rate-policies.ts';
import { fixedReplicas, maxReplicas, minReplicas } from './replica-bounds.ts';
import { replicaLimits } from './replica-limits.ts';
import { requests } from './requests.ts';
import { baseDraft, type ChosenApproach, chooseApproach } from './scaling-approach.ts';
import { stabilizationWindow, stabilizationWindowUp } from './stabilization-window.ts';
import { targetUtilization } from './target-utilization.ts';

/** In the order in which settings are read. */
const rules: readonly AdviceRule[] = [
  targetUtilization,
  queueTarget,
  minReplicas,
  maxReplicas,
  fixedReplicas,
  stabilizationWindow,
  stabilizationWindowUp,
  scaleUpPolicies,
  scaleDownPolicies,
  requests,
];

/** One setting of one component with the values to try. */
export interface Dimension {
  readonly ruleId: string;
  readonly component: ComponentName;
  readonly plan: SettingPlan;
}

export interface ComponentSpace {
  readonly context: RuleContext;
  readonly approach: ChosenApproach;
}

/** Everything that can be set, and the values in question. A candidate has one value per dimension. */
export interface SearchSpace {
  readonly components: readonly ComponentSpace[];
  readonly dimensions: readonly Dimension[];
}

export type Candidate = readonly number[];

export function searchSpace(
  evidence: Evidence,
  model: SimulationModel,
  demand: ExpectedDemand,
  options: Pick<AdviseOptions, 'config' | 'queueMetric'>,
): SearchSpace {
  const serving = model.components.filter(({ name }) =>
    model.classes.some(({ front, back }) => front === name || back === name),
  );
  const needs: PerComponent<PeakNeed> = {};
  for (const component of serving) needs[component.name] = peakNeed(model, component, demand);
  const drafts: PerComponent<ComponentDraft> = {};
  for (const component of serving) drafts[component.name] = currentDraft(evidence, component);
  const limits = replicaLimits(model, needs, maxInForce(drafts), options.config);
  const components = serving.flatMap((component) => {
    const need = needs[component.name];
    const bounds = limits[component.name];
    const known = evidence.components[component.name];
    const current = drafts[component.name];
    if (need === undefined || bounds === undefined || known === undefined || current === undefined) return [];
    const approach = chooseApproach(component.name, known, options.queueMetric);
    const context: RuleContext = {
      name: component.name,
      evidence: known,
      model: component,
      approach: approach.approach,
      current,
      base: baseDraft(current, approach.approach, options.queueMetric),
      need,
      limits: bounds,
      queueMetric: options.queueMetric,
      queueWaitObjectiveSeconds: options.config.objectives.queueWaitP95,
    };
    return [{ context, approach }];
  });
  return { components, dimensions: components.flatMap(({ context }) => dimensionsOf(context)) };
}

function maxInForce(drafts: PerComponent<ComponentDraft>): PerComponent<number> {
  const counts: PerComponent<number> = {};
  for (const [name, draft] of Object.entries(drafts) as [ComponentName, ComponentDraft][]) {
    counts[name] = draft.hasHpa ? draft.maxReplicas : draft.replicas;
  }
  return counts;
}

function currentDraft(evidence: Evidence, { name }: ComponentModel): ComponentDraft {
  const component = evidence.components[name];
  const spec =
    component?.hpaSpec === null || component === undefined
      ? null
      : parseHpaSpec(component.hpaSpec, `components.${name}.hpaSpec`);
  return draftOf(component?.deployment ?? name, spec, component?.specReplicas ?? 1);
}

function dimensionsOf(context: RuleContext): Dimension[] {
  return rules.flatMap((rule) => {
    const plan = rule.plan(context);
    return plan === null ? [] : [{ ruleId: rule.id, component: context.name, plan }];
  });
}

/** Each component's settings under a candidate. */
export function draftsOf(space: SearchSpace, candidate: Candidate): PerComponent<ComponentDraft> {
  const drafts: PerComponent<ComponentDraft> = {};
  for (const { context } of space.components) drafts[context.name] = copyDraft(context.base);
  for (const [index, { component, plan }] of space.dimensions.entries()) {
    const draft = drafts[component];
    if (draft !== undefined) plan.apply(draft, candidate[index] ?? plan.values[0] ?? 0);
  }
  for (const draft of Object.values(drafts))
    draft.maxReplicas = Math.max(draft.maxReplicas, draft.minReplicas);
  return drafts;
}

export function scalingOf(drafts: PerComponent<ComponentDraft>): Scaling {
  const scaling: PerComponent<ScalingModel> = {};
  for (const [name, draft] of Object.entries(drafts) as [ComponentName, ComponentDraft][]) {
    scaling[name] = {
      hpaSpec: specOfDraft(draft),
      // A quiet deployment rests at its minimum.
      initialReplicas: draft.hasHpa ? Math.max(1, draft.minReplicas) : draft.replicas,
      requestedMillicores: draft.requestedMillicores,
    };
  }
  return scaling;
}

export function currentScaling(space: SearchSpace): Scaling {
  const drafts: PerComponent<ComponentDraft> = {};
  for (const { context } of space.components) drafts[context.name] = context.current;
  return scalingOf(drafts);
}
