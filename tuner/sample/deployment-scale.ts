import type { ComponentObjects } from '../cluster/cluster.ts';
import { type Deployment, deploymentSchema } from '../cluster/deployment.ts';
import { followObjects } from '../cluster/follow-objects.ts';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { SourceContext, WatchedSource } from './source.ts';

/** Replica counts of the release's Deployments; each change of one is also told to `onChange`. */
export function watchDeployments(
  context: SourceContext,
  onChange: (component: ComponentObjects, deployment: Deployment) => void,
): WatchedSource {
  const { cluster, clock, gaps, signal } = context;
  const known = new Map<string, ClusterSampleOf<'scale'>>();
  const write = (sample: ClusterSampleOf<'scale'>) => {
    known.set(sample.deployment, sample);
    context.write(sample);
  };
  const follower = followObjects(cluster.api, {
    path: `/apis/apps/v1/namespaces/${cluster.namespace}/deployments`,
    signal,
    onUp: () => gaps.heard('scale'),
    onDown: (reason) => gaps.silent('scale', reason),
    onGone: () => undefined,
    onChange(object) {
      const deployment = deploymentSchema.parse(object);
      const component = Object.values(cluster.components).find(
        (each) => each.deployment === deployment.metadata.name,
      );
      if (component === undefined) return;
      const sample = scaleSample(deployment, component, clock.nowSeconds());
      if (isChanged(known.get(sample.deployment), sample)) write(sample);
      onChange(component, deployment);
    },
  });
  return {
    name: 'scale',
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

export function scaleSample(
  { metadata, spec, status }: Deployment,
  component: ComponentObjects,
  atSeconds: number,
): ClusterSampleOf<'scale'> {
  return {
    type: 'scale',
    atSeconds,
    component: component.name,
    deployment: metadata.name,
    specReplicas: spec.replicas,
    statusReplicas: status.replicas,
    readyReplicas: status.readyReplicas,
    observedGeneration: status.observedGeneration ?? null,
    resourceVersion: metadata.resourceVersion,
  };
}

/** A rollout's progress message changes the object and none of these numbers. */
function isChanged(before: ClusterSampleOf<'scale'> | undefined, after: ClusterSampleOf<'scale'>): boolean {
  return (
    before === undefined ||
    before.specReplicas !== after.specReplicas ||
    before.statusReplicas !== after.statusReplicas ||
    before.readyReplicas !== after.readyReplicas ||
    before.observedGeneration !== after.observedGeneration
  );
}
