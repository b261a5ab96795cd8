import type { WorldCluster } from '../../worlds/cluster.ts';
import type { Component, PodSnapshot, PodSource } from './pod-source.ts';

/** A pod of a world without a cluster: Ready, with the environment and limits the world gives its component. */
export function staticPod(cluster: WorldCluster, component: Component, index: number): PodSnapshot {
  const { env, limits, terminationGraceSeconds } = cluster[component];
  return {
    uid: `${component}-${index}`,
    name: `my-dify-${component}-${index}`,
    component,
    isRunning: true,
    isReady: true,
    isTerminating: false,
    graceSeconds: terminationGraceSeconds,
    env,
    cpuLimitCores: limits && limits.cpuMillicores / 1000,
  };
}

/** Pods that are there from the start and stay: for trials and tests without a cluster. */
export function staticPods(cluster: WorldCluster, counts: Readonly<Record<Component, number>>): PodSource {
  return {
    start(listener) {
      for (const component of ['api', 'worker'] as const) {
        for (let index = 0; index < counts[component]; index++)
          listener.seen(staticPod(cluster, component, index));
      }
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}
