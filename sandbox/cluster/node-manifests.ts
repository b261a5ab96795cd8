import type { V1Node } from '@kubernetes/client-node';
import type { WorldCluster } from '../worlds/cluster.ts';

/** The kubelet's default. */
const podsPerNode = '110';

/** The fake nodes of a world. */
export function nodeManifests({ count, allocatable }: WorldCluster['nodes']): V1Node[] {
  const room = {
    cpu: `${allocatable.cpuMillicores}m`,
    memory: `${allocatable.memoryMiB}Mi`,
    pods: podsPerNode,
  };
  return Array.from({ length: count }, (_, index) => {
    const name = `sandbox-node-${index}`;
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          type: 'kwok',
        },
        annotations: {
          'kwok.x-k8s.io/node': 'fake',
          'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource`,
        },
      },
      status: {
        // Where kwok serves the node's metrics; without it metrics-server scrapes an address nobody listens on.
        addresses: [
          { type: 'InternalIP', address: '127.0.0.1' },
          { type: 'Hostname', address: name },
        ],
        allocatable: room,
        capacity: room,
      },
    } satisfies V1Node;
  });
}
