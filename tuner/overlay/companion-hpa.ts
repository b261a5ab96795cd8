import { Document } from 'yaml';
import type { Advice } from '../contracts/advice.ts';
import type { ComponentName } from '../contracts/component.ts';
import { type HpaSpec, hpaSpecSchema } from '../contracts/hpa-spec.ts';
import { commentOnKey, commentText } from './values-document.ts';

export interface HpaIdentity {
  readonly component: ComponentName;
  /** The Deployment's full name, which the chart gives its HPA as well: two HPAs on one Deployment would fight. */
  readonly deployment: string;
  readonly namespace: string;
  readonly release: string;
  /** The HPA's own name where it is not the Deployment's. */
  readonly name?: string;
}

/** Kubernetes object of an HPA with the spec given; the target is always the Deployment of that name. */
export function hpaObject(
  spec: HpaSpec,
  { component, deployment, namespace, release, name = deployment }: HpaIdentity,
) {
  const { scaleTargetRef: _given, ...rest } = spec;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: {
      name,
      namespace,
      labels: {
        'app.kubernetes.io/instance': release,
        'app.kubernetes.io/managed-by': 'dify-scale-tuner',
        component,
      },
    },
    spec: hpaSpecSchema.parse({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: deployment },
      ...rest,
    }),
  };
}

/** The manifest as YAML, with the advice's reason over each line it decided. */
export function companionHpaYaml(spec: HpaSpec, identity: HpaIdentity, advice: Advice): string {
  const document = new Document(hpaObject(spec, identity));
  document.commentBefore = commentText(
    `HPA of ${identity.deployment}: takes the place of the one the chart writes under the same name.\nSee APPLY.md for the order; helm neither owns nor removes this object.`,
  );
  const paths = [
    ['minReplicas'],
    ['maxReplicas'],
    ...(['scaleUp', 'scaleDown'] as const).flatMap((direction) =>
      (['stabilizationWindowSeconds', 'policies', 'selectPolicy', 'tolerance'] as const).map((key) => [
        'behavior',
        direction,
        key,
      ]),
    ),
  ];
  for (const path of paths) {
    const sets = path.join('.');
    const decided = advice.settings.find(
      (setting) => setting.component === identity.component && setting.sets === sets,
    );
    if (decided !== undefined) commentOnKey(document, ['spec', ...path], decided.because);
  }
  commentOnMetrics(document, identity.component, advice);
  return document.toString({ lineWidth: 100 });
}

function commentOnMetrics(document: Document, component: ComponentName, advice: Advice): void {
  const reasons = advice.settings.filter(
    (setting) => setting.component === component && setting.sets.startsWith('metrics'),
  );
  if (reasons.length === 0) return;
  commentOnKey(document, ['spec', 'metrics'], reasons.map(({ because }) => because).join('\n'));
}
