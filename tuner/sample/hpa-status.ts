import { z } from 'zod';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { stampSeconds } from './moments.ts';
import type { SourceContext, WatchedSource } from './source.ts';
import { watchSamples } from './watch-samples.ts';

const hpaSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }),
  spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
  status: z
    .looseObject({
      currentReplicas: z.int().default(0),
      desiredReplicas: z.int().default(0),
      currentMetrics: z.array(z.unknown()).nullish(),
      lastScaleTime: z.string().nullish(),
      conditions: z
        .array(
          z.looseObject({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(''),
            message: z.string().default(''),
            lastTransitionTime: z.string().nullish(),
          }),
        )
        .nullish(),
    })
    .prefault({}),
});
export type HpaObject = z.infer<typeof hpaSchema>;

/** HPAs of the release's Deployments; each change of one, which is the end of a sync, is also told to `onChange`. */
export function watchHpas(
  context: SourceContext,
  onChange: (component: ComponentName, hpa: HpaObject) => void,
): WatchedSource {
  const { cluster, clock } = context;
  return watchSamples<ClusterSampleOf<'hpa'>>(context, {
    name: 'hpa',
    path: `/apis/autoscaling/v2/namespaces/${cluster.namespace}/horizontalpodautoscalers`,
    sampleOf(object) {
      const hpa = hpaSchema.parse(object);
      const component = componentOf(hpa, context);
      return component === null ? null : hpaSample(hpa, component, clock);
    },
    keyOf: ({ name }) => name,
    isChanged: () => true,
    onChange(object, { component }) {
      if (component !== null) onChange(component, hpaSchema.parse(object));
    },
    onGone: (object, forget) => forget(hpaSchema.parse(object).metadata.name),
  });
}

function componentOf({ spec }: HpaObject, { cluster }: SourceContext): ComponentName | null {
  const { kind, name } = spec.scaleTargetRef;
  const found = Object.values(cluster.components).find(({ deployment }) => deployment === name);
  return kind === 'Deployment' ? (found?.name ?? null) : null;
}

export function hpaSample(hpa: HpaObject, component: ComponentName, clock: RunClock): ClusterSampleOf<'hpa'> {
  const { status } = hpa;
  return {
    type: 'hpa',
    atSeconds: clock.nowSeconds(),
    component,
    name: hpa.metadata.name,
    resourceVersion: hpa.metadata.resourceVersion,
    spec: hpa.spec,
    currentReplicas: status.currentReplicas,
    desiredReplicas: status.desiredReplicas,
    currentMetrics: status.currentMetrics ?? [],
    conditions: (status.conditions ?? []).map((condition) => ({
      type: condition.type,
      status: condition.status,
      reason: condition.reason,
      message: condition.message,
      lastTransitionAtSeconds: stampSeconds(clock, condition.lastTransitionTime),
    })),
    lastScaleAtSeconds: stampSeconds(clock, status.lastScaleTime),
  };
}
