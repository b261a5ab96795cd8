import { followObjects } from '../cluster/follow-objects.ts';
import type { ClusterSample } from '../contracts/cluster-sample.ts';
import type { SourceContext, WatchedSource } from './source.ts';

export interface SampledCollection<Sample extends ClusterSample> {
  /** Name in gaps. */
  readonly name: string;
  /** Of the list, such as /apis/apps/v1/namespaces/x/deployments. */
  readonly path: string;
  /** One line of what is known of an object; null: it belongs to nobody here. */
  sampleOf(object: unknown): Sample | null;
  /** Tells one object's samples from another's. */
  keyOf(sample: Sample): string;
  /** False: the object changed and none of the recorded fields did. */
  isChanged(before: Sample, after: Sample): boolean;
  onChange(object: unknown, sample: Sample): void;
  onGone(object: unknown, forget: (key: string) => void): void;
}

/** Follows a collection, writes a line for each object that changed, and repeats the newest line of each when asked. */
export function watchSamples<Sample extends ClusterSample & { readonly atSeconds: number }>(
  context: SourceContext,
  collection: SampledCollection<Sample>,
): WatchedSource {
  const { cluster, clock, gaps, signal } = context;
  const known = new Map<string, Sample>();
  const write = (sample: Sample) => {
    known.set(collection.keyOf(sample), sample);
    context.write(sample);
  };
  const follower = followObjects(cluster.api, {
    path: collection.path,
    signal,
    onUp: () => gaps.heard(collection.name),
    onDown: (reason) => gaps.silent(collection.name, reason),
    onGone: (object) => collection.onGone(object, (key) => known.delete(key)),
    onChange(object) {
      const sample = collection.sampleOf(object);
      if (sample === null) return;
      const before = known.get(collection.keyOf(sample));
      if (before === undefined || collection.isChanged(before, sample)) write(sample);
      collection.onChange(object, sample);
    },
  });
  return {
    name: collection.name,
    ready: follower.ready,
    ended: Promise.resolve(),
    isUp: () => follower.isUp(),
    repeat(olderThanSeconds) {
      for (const sample of [...known.values()].filter(({ atSeconds }) => atSeconds < olderThanSeconds)) {
        write({ ...sample, atSeconds: clock.nowSeconds() });
      }
    },
  };
}
