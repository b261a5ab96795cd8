import type { ComponentObjects } from '../cluster/cluster.ts';
import { followObjects } from '../cluster/follow-objects.ts';
import type { PodSample } from '../contracts/cluster-sample.ts';
import { podMarks } from './pod-marks.ts';
import { type PodObject, podSample, podSchema, terminationEvents } from './pod-object.ts';
import type { SourceContext, WatchedSource } from './source.ts';

/**
 * The pods of one component. A line is written whenever a recorded field of any pod changed: annotations, which some
 * metric sources rewrite every second, change nothing here.
 */
export function watchPods(context: SourceContext, component: ComponentObjects): WatchedSource {
  const { cluster, clock, gaps, signal } = context;
  const source = `pods/${component.name}`;
  const pods = new Map<string, { object: PodObject; sample: PodSample }>();
  let newestVersion = '0';
  let isListed = false;
  let writtenAtSeconds = Number.NEGATIVE_INFINITY;

  const write = () => {
    writtenAtSeconds = clock.nowSeconds();
    context.write({
      type: 'pods',
      atSeconds: writtenAtSeconds,
      component: component.name,
      pods: [...pods.values()].map(({ sample }) => sample),
      resourceVersion: newestVersion,
    });
  };
  const remember = (object: PodObject) => {
    newestVersion = newerVersion(newestVersion, object.metadata.resourceVersion);
  };
  const mark = (before: PodSample | null, after: PodSample | null) => {
    const name = (after ?? before)?.name ?? '';
    for (const { mark: what, atSeconds } of podMarks(before, after, clock.nowSeconds())) {
      context.write({ type: 'podMark', atSeconds, component: component.name, pod: name, mark: what });
    }
  };
  const onChange = (raw: unknown) => {
    const object = podSchema.parse(raw);
    const sample = podSample(object, clock);
    const before = pods.get(sample.name) ?? null;
    remember(object);
    pods.set(sample.name, { object, sample });
    for (const event of terminationEvents(before?.object ?? null, object, {
      clock,
      component: component.name,
    })) {
      context.write(event);
    }
    mark(before?.sample ?? null, sample);
    if (isListed && JSON.stringify(before?.sample) !== JSON.stringify(sample)) write();
  };
  const onGone = (raw: unknown) => {
    const object = podSchema.parse(raw);
    const before = pods.get(object.metadata.name);
    remember(object);
    pods.delete(object.metadata.name);
    mark(before?.sample ?? podSample(object, clock), null);
    write();
  };
  const follower = followObjects(cluster.api, {
    path: `/api/v1/namespaces/${cluster.namespace}/pods`,
    labelSelector: component.labelSelector,
    signal,
    onChange,
    onGone,
    onDown: (reason) => gaps.silent(source, reason),
    onUp() {
      gaps.heard(source);
      // One line for the whole first list, and for what a reconnect brought: half a list never was the truth.
      isListed = true;
      write();
    },
  });
  return {
    name: source,
    ready: follower.ready,
    ended: Promise.resolve(),
    isUp: () => follower.isUp(),
    repeat(olderThanSeconds) {
      if (writtenAtSeconds < olderThanSeconds) write();
    },
  };
}

function newerVersion(a: string, b: string): string {
  return /^\d+$/.test(b) && BigInt(b) > BigInt(a) ? b : a;
}
