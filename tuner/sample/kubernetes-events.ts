import { z } from 'zod';
import type { ComponentObjects } from '../cluster/cluster.ts';
import { followObjects } from '../cluster/follow-objects.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { happenedAt, stampSeconds } from './moments.ts';
import type { SourceContext, WatchedSource } from './source.ts';

const eventSchema = z.looseObject({
  metadata: z.looseObject({ creationTimestamp: z.string().nullish() }),
  involvedObject: z.looseObject({ kind: z.string().default(''), name: z.string().default('') }),
  reason: z.string().default(''),
  message: z.string().default(''),
  type: z.string().default('Normal'),
  count: z.int().nullish(),
  eventTime: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  series: z.looseObject({ count: z.int().nullish(), lastObservedTime: z.string().nullish() }).nullish(),
});
export type EventObject = z.infer<typeof eventSchema>;

/** Older ones than this were no part of the run, except an HPA's: it remembers its own for up to an hour. */
const oldestSeconds = -60;

/** Kubernetes events of the release's HPAs, Deployments, ReplicaSets and pods. */
export function watchEvents(context: SourceContext): WatchedSource {
  const { cluster, clock, gaps, signal } = context;
  const components = Object.values(cluster.components);
  const follower = followObjects(cluster.api, {
    path: `/api/v1/namespaces/${cluster.namespace}/events`,
    signal,
    onUp: () => gaps.heard('events'),
    onDown: (reason) => gaps.silent('events', reason),
    onGone: () => undefined,
    onChange(object) {
      const event = eventSchema.parse(object);
      const component = ownerOf(event.involvedObject, components);
      if (component === null) return;
      const stamp = stampSeconds(clock, newestStamp(event));
      const atSeconds = happenedAt(stamp, clock.nowSeconds());
      const isOfHpa = event.involvedObject.kind === 'HorizontalPodAutoscaler';
      if (atSeconds >= oldestSeconds || isOfHpa) context.write(runEvent(event, component, atSeconds));
    },
  });
  return {
    name: 'events',
    ready: follower.ready,
    ended: Promise.resolve(),
    isUp: () => follower.isUp(),
    repeat: () => undefined,
  };
}

/** Repeats of one event move `series` or `lastTimestamp`, depending on which client library recorded it. */
function newestStamp({ series, lastTimestamp, eventTime, metadata }: EventObject): string | null {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? null;
}

function runEvent(event: EventObject, component: ComponentObjects, atSeconds: number): RunEvent {
  return {
    type: 'event',
    atSeconds,
    reason: event.reason,
    message: event.message,
    kind: event.involvedObject.kind,
    name: event.involvedObject.name,
    component: component.name,
    count: event.series?.count ?? event.count ?? 1,
    isWarning: event.type === 'Warning',
  };
}

/**
 * The component an object belongs to. ReplicaSets and pods carry generated suffixes, matched whole: the pods of
 * `x-api-gateway` are none of `x-api`'s.
 */
export function ownerOf(
  { kind, name }: { kind: string; name: string },
  components: readonly ComponentObjects[],
): ComponentObjects | null {
  const owner = components.find(({ deployment, hpa }) => {
    if (kind === 'HorizontalPodAutoscaler') return name === hpa;
    if (kind === 'Deployment') return name === deployment;
    if (!name.startsWith(`${deployment}-`)) return false;
    const suffix = name.slice(deployment.length + 1);
    if (kind === 'ReplicaSet') return /^[a-z0-9]{1,10}$/.test(suffix);
    return kind === 'Pod' && /^[a-z0-9]{1,10}-[a-z0-9]{5}$/.test(suffix);
  });
  return owner ?? null;
}
