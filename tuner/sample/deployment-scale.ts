import type { ComponentObjects } from '../cluster/cluster.ts';
import { type Deployment, deploymentSchema } from '../cluster/deployment.ts';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { SourceContext, WatchedSource } from './source.ts';
import { watchSamples } from './watch-samples.ts';

/** Replica counts of the release's Deployments; each change of one is also told to `onChange`. */
export function watchDeployments(
  context: SourceContext,
  onChange: (component: ComponentObjects, deployment: Deployment) => void,
): WatchedSource {
  const { cluster, clock } = context;
  const componentOf = ({ metadata }: Deployment) =>
    Object.values(cluster.components).find((each) => each.deployment === metadata.name);
  return watchSamples<ClusterSampleOf<'scale'>>(context, {
    name: 'scale',
    path: `/apis/apps/v1/namespaces/${cluster.namespace}/deployments`,
    sampleOf(object) {
      const deployment = deploymentSchema.parse(object);
      const component = componentOf(deployment);
      return component === undefined ? null : scaleSample(deployment, component, clock.nowSeconds());
    },
    keyOf: (sample) => sample.deployment,
    isChanged,
    onChange(object) {
      const deployment = deploymentSchema.parse(object);
      const component = componentOf(deployment);
      if (component !== undefined) onChange(component, deployment);
    },
    onGone: () => undefined,
  });
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
function isChanged(before: ClusterSampleOf<'scale'>, after: ClusterSampleOf<'scale'>): boolean {
  return (
    before.specReplicas !== after.specReplicas ||
    before.statusReplicas !== after.statusReplicas ||
    before.readyReplicas !== after.readyReplicas ||
    before.observedGeneration !== after.observedGeneration
  );
}
