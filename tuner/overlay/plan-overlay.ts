import type { Advice } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { ComponentEvidence, Evidence } from '../contracts/evidence.ts';
import { type HpaSpec, hpaSpecSchema } from '../contracts/hpa-spec.ts';
import { componentValues, type ValueSetting, whatChartCannotSay } from './borispolonsky.ts';
import type { Values } from './values-document.ts';
import { valueAt } from './values-in-force.ts';

/** What changes about one component, before any text is written. */
export interface ComponentPlan {
  readonly component: ComponentName;
  readonly deployment: string;
  /** Values that differ from those in force. */
  readonly values: readonly ValueSetting[];
  /** HPA to apply beside the chart, and why; null when the chart writes it, or there is to be none. */
  readonly companion: { readonly spec: HpaSpec; readonly because: readonly string[] } | null;
  /** HPA in force, for the way back; null when there is none. */
  readonly hpaBefore: { readonly name: string; readonly spec: HpaSpec } | null;
  /** Helm brings it back by itself: the chart can have written it, under the name it gives. */
  readonly isHpaBeforeOfChart: boolean;
  /** An HPA that helm does not own and that must not stand beside what comes; null when there is none. */
  readonly hpaToDelete: string | null;
  readonly hasHpaAfter: boolean;
  /** The pod template changes, so every pod is replaced. */
  readonly restarts: boolean;
  readonly terminationGracePeriodSeconds: number;
}

/**
 * The components that the advice changes, with the values that are not in force already.
 *
 * @param inForce the release's values laid over the chart's own, as far as they are known
 */
export function planOverlay(advice: Advice, evidence: Evidence, inForce: Values): ComponentPlan[] {
  return (Object.entries(evidence.components) as [ComponentName, ComponentEvidence][]).flatMap(
    ([component, recorded]) => {
      const isChanged = advice.settings.some(
        (setting) => setting.component === component && setting.verdict === 'change',
      );
      const proposal = advice.proposals[component];
      if (!isChanged || proposal === undefined) return [];
      const spec = proposal.hpaSpec === null ? null : hpaSpecSchema.parse(proposal.hpaSpec);
      const hpaBefore = hpaInForce(recorded);
      const companion = companionOf(spec, hpaBefore?.spec ?? null);
      const values = componentValues(component, proposal, advice, { isCompanion: companion !== null }).filter(
        ({ path, value }) => valueAt(inForce, path) !== value,
      );
      return [
        {
          component,
          deployment: recorded.deployment,
          values,
          companion,
          hpaBefore,
          isHpaBeforeOfChart:
            hpaBefore?.name === recorded.deployment && whatChartCannotSay(hpaBefore.spec).length === 0,
          hpaToDelete: hpaToDelete(hpaBefore, { spec, deployment: recorded.deployment }),
          hasHpaAfter: spec !== null,
          restarts: values.some(({ path }) => path[1] === 'resources'),
          terminationGracePeriodSeconds: recorded.terminationGracePeriodSeconds,
        },
      ];
    },
  );
}

function hpaInForce({ hpaSpec, hpaName }: ComponentEvidence): ComponentPlan['hpaBefore'] {
  const spec = hpaSpecSchema.safeParse(hpaSpec);
  return spec.success && hpaName !== null ? { name: hpaName, spec: spec.data } : null;
}

function companionOf(spec: HpaSpec | null, before: HpaSpec | null): ComponentPlan['companion'] {
  if (spec === null) return null;
  const holes = whatChartCannotSay(spec);
  if (holes.length > 0) return { spec, because: holes };
  // Helm refuses to take over an object it did not make, so such an HPA is changed where it stands.
  const foreign = before !== null && whatChartCannotSay(before).length > 0;
  return foreign ? { spec, because: ['the HPA in force is not one that the chart can have written'] } : null;
}

function hpaToDelete(
  before: ComponentPlan['hpaBefore'],
  { spec, deployment }: { spec: HpaSpec | null; deployment: string },
): string | null {
  if (before === null) return null;
  if (before.name !== deployment) return before.name;
  return spec === null && whatChartCannotSay(before.spec).length > 0 ? before.name : null;
}
