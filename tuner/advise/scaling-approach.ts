import type { ComponentName } from '../contracts/component.ts';
import type { ComponentEvidence } from '../contracts/evidence.ts';
import {
  type ComponentDraft,
  copyDraft,
  cpuMetric,
  cpuMetricIndex,
  queueMetricIndex,
  queueMetricSpec,
} from './component-draft.ts';
import type { QueueMetric } from './options.ts';

/**
 * What a component is scaled on.
 *
 * - `cpu`: CPU binds, so its usage tells how full a replica is.
 * - `queue`: worker slots bind, and the queue's length tells what waits.
 * - `fixed`: what binds has no metric that an HPA could read; a floor carries the peak.
 * - `asIs`: nothing bound in the run, so nothing speaks against the metrics in force.
 */
export type ScalingApproach = 'cpu' | 'queue' | 'fixed' | 'asIs';

export interface ChosenApproach {
  readonly approach: ScalingApproach;
  readonly because: string;
}

export function chooseApproach(
  name: ComponentName,
  evidence: ComponentEvidence,
  queueMetric: QueueMetric | null,
): ChosenApproach {
  const bound = `${evidence.binding} binds ${name}: ${evidence.bindingBecause}`;
  switch (evidence.binding) {
    case 'cpu':
      return { approach: 'cpu', because: bound };
    case 'workerSlots':
      return queueMetric === null
        ? { approach: 'fixed', because: `${bound}; no queueMetric is configured that an HPA could follow` }
        : { approach: 'queue', because: bound };
    case 'connectionSlots':
      return { approach: 'fixed', because: `${bound}; CPU does not tell how full its slots are` };
    case 'none':
      return evidence.hpaSpec === null
        ? { approach: 'fixed', because: `nothing bound ${name} in the run: ${evidence.bindingBecause}` }
        : { approach: 'asIs', because: `nothing bound ${name} in the run: ${evidence.bindingBecause}` };
  }
}

/** Where a search for a target begins when none is in force. */
export const usualCpuPercent = 60;
export const usualQueueTarget = 2;

/** The settings in force, brought to the approach: metrics that tell nothing here are gone, the right one is there. */
export function baseDraft(
  current: ComponentDraft,
  approach: ScalingApproach,
  queueMetric: QueueMetric | null,
): ComponentDraft {
  const draft = copyDraft(current);
  if (approach === 'asIs') return draft;
  if (approach === 'fixed') {
    draft.hasHpa = false;
    draft.metrics = [];
    return draft;
  }
  draft.hasHpa = true;
  if (approach === 'cpu' && cpuMetricIndex(draft.metrics) < 0)
    draft.metrics.unshift(cpuMetric(usualCpuPercent));
  if (approach === 'queue' && queueMetric !== null) {
    draft.metrics = draft.metrics.filter((_, index) => index !== cpuMetricIndex(draft.metrics));
    if (queueMetricIndex(draft.metrics, queueMetric) < 0) {
      draft.metrics.unshift(queueMetricSpec(queueMetric, usualQueueTarget));
    }
  }
  return draft;
}
