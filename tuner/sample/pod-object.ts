import { z } from 'zod';
import type { PodSample } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import { parseSignedMilli } from '../contracts/quantity.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { happenedAt, stampSeconds } from './moments.ts';

const resourcesSchema = z.looseObject({ requests: z.record(z.string(), z.string()).optional() }).nullish();

const terminatedSchema = z.looseObject({
  reason: z.string().default(''),
  exitCode: z.int().default(0),
  finishedAt: z.string().nullish(),
});

/** What is read of a Pod as the API server sends it. */
export const podSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    resourceVersion: z.string(),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().nullish(),
    deletionGracePeriodSeconds: z.number().nullish(),
  }),
  spec: z.looseObject({
    nodeName: z.string().optional(),
    containers: z.array(z.looseObject({ name: z.string(), resources: resourcesSchema })),
    resources: resourcesSchema,
  }),
  status: z
    .looseObject({
      phase: z.string().default('Pending'),
      startTime: z.string().nullish(),
      conditions: z
        .array(
          z.looseObject({ type: z.string(), status: z.string(), lastTransitionTime: z.string().nullish() }),
        )
        .nullish(),
      containerStatuses: z
        .array(
          z.looseObject({
            name: z.string(),
            restartCount: z.int().default(0),
            state: z.looseObject({ terminated: terminatedSchema.nullish() }).nullish(),
            lastState: z.looseObject({ terminated: terminatedSchema.nullish() }).nullish(),
          }),
        )
        .nullish(),
    })
    .prefault({}),
});
export type PodObject = z.infer<typeof podSchema>;

const statuses = ['True', 'False', 'Unknown'] as const;

export function podSample({ metadata, spec, status }: PodObject, clock: RunClock): PodSample {
  const condition = (type: string) => (status.conditions ?? []).find((each) => each.type === type);
  const ready = condition('Ready');
  const scheduled = condition('PodScheduled');
  return {
    name: metadata.name,
    phase: status.phase,
    ready: ready === undefined ? null : ready.status === 'True',
    readyStatus: statuses.find((each) => each === ready?.status) ?? null,
    readyTransitionAtSeconds: stampSeconds(clock, ready?.lastTransitionTime),
    createdAtSeconds: clock.secondsAt(metadata.creationTimestamp),
    scheduledAtSeconds:
      scheduled?.status === 'True' ? stampSeconds(clock, scheduled.lastTransitionTime) : null,
    startAtSeconds: stampSeconds(clock, status.startTime),
    deletedAtSeconds: stampSeconds(clock, metadata.deletionTimestamp),
    node: spec.nodeName ?? null,
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
    requests: Object.fromEntries(
      spec.containers.map(({ name, resources }) => [name, milliRequests(resources?.requests ?? {})]),
    ),
    podRequests: spec.resources?.requests === undefined ? null : milliRequests(spec.resources.requests),
  };
}

function milliRequests(requests: Record<string, string>): Record<string, number> {
  const entries = Object.entries(requests).map(
    ([resource, text]) => [resource, parseSignedMilli(text)] as const,
  );
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, number] => entry[1] !== null));
}

/**
 * Containers that ended since the pod was last seen. No Kubernetes event says OOMKilled: it stands in the
 * container's status only.
 */
export function terminationEvents(
  before: PodObject | null,
  after: PodObject,
  { clock, component }: { clock: RunClock; component: ComponentName },
): RunEvent[] {
  // Of a pod that is new to us nothing can be said about when it restarted.
  if (before === null) return [];
  return (after.status.containerStatuses ?? []).flatMap(({ name, restartCount, lastState }) => {
    const earlier = before.status.containerStatuses?.find((each) => each.name === name)?.restartCount ?? 0;
    const terminated = lastState?.terminated;
    if (restartCount <= earlier || terminated === null || terminated === undefined) return [];
    return [
      {
        type: 'event' as const,
        atSeconds: happenedAt(stampSeconds(clock, terminated.finishedAt), clock.nowSeconds()),
        reason: terminated.reason,
        message: `container ${name} ended with exit code ${terminated.exitCode}`,
        kind: 'Pod',
        name: after.metadata.name,
        component,
        count: restartCount,
        isWarning: terminated.exitCode !== 0,
      },
    ];
  });
}
