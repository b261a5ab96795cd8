import type { SettingAdvice } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { ComponentEvidence } from '../contracts/evidence.ts';
import type { ComponentModel } from '../simulate/model.ts';
import type { ComponentDraft } from './component-draft.ts';
import type { QueueMetric } from './options.ts';
import type { PeakNeed } from './peak-need.ts';
import type { ReplicaLimits } from './replica-limits.ts';
import type { ScalingApproach } from './scaling-approach.ts';

export type Scalar = NonNullable<SettingAdvice['current']>;

/** What a rule may look at. */
export interface RuleContext {
  readonly name: ComponentName;
  readonly evidence: ComponentEvidence;
  readonly model: ComponentModel;
  readonly approach: ScalingApproach;
  /** In force. */
  readonly current: ComponentDraft;
  /** What the chosen approach begins with; rules write their values into copies of it. */
  readonly base: ComponentDraft;
  readonly need: PeakNeed;
  readonly limits: ReplicaLimits;
  readonly queueMetric: QueueMetric | null;
  readonly queueWaitObjectiveSeconds: number;
}

/** One setting of one component: which values are worth trying, and why. */
export interface SettingPlan {
  /** Path inside the autoscaling/v2 spec or the pod template. */
  readonly sets: string;
  readonly unit: string;
  /** In force, as it is reported; null: not set. */
  readonly current: Scalar | null;
  /** The same as one of `values`; null: what is in force is none of them, so it changes. */
  readonly currentValue: number | null;
  /** What Kubernetes, or whoever sets this for the first time, takes. It stands for what is in force where nothing is. */
  readonly usualValue?: number;
  /** Ascending. One alone is decided without a search. */
  readonly values: readonly number[];
  readonly show: (value: number) => Scalar;
  readonly apply: (draft: ComponentDraft, value: number) => void;
  /** Costs within this ratio of each other count as the same for this setting; default 0.05. */
  readonly sameCostRatio?: number;
  /** A window or rate: what it saves hangs on how often the load swings, which a short demand hardly tells. */
  readonly isPace?: true;
  /** Round numbers go before others where the outcome is the same; left out: all values are as round. */
  readonly isRound?: (value: number) => boolean;
  /** What the values stand on, in numbers with units. */
  readonly because: string;
  /** Paths into evidence.json. */
  readonly evidence: readonly string[];
}

/** One kind of setting. The id is the file's name and the anchor in the report. */
export interface AdviceRule {
  readonly id: string;
  /** null: this rule has nothing to say about this component. */
  readonly plan: (context: RuleContext) => SettingPlan | null;
}

/** The value that is no change; null: every value is one. */
export function unchangedValue({ current, currentValue, usualValue, values }: SettingPlan): number | null {
  if (currentValue !== null || current !== null) return currentValue;
  return usualValue !== undefined && values.includes(usualValue) ? usualValue : null;
}

/** Ascending without doubles. */
export function ascending(values: Iterable<number>): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** `components.api.binding` */
export function evidencePath({ name }: RuleContext, field: string): string {
  return `components.${name}.${field}`;
}
