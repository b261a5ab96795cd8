import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Ports } from './port-block.ts';

/** Absolute paths of what kwokctl starts. */
export interface ClusterBinaries {
  readonly kubectl: string;
  readonly kwok: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly etcd: string;
  readonly metricsServer: string;
  /** kustomize folder */
  readonly metricsServerManifests: string;
}

/** Given to kwokctl beside the file with the configuration below. */
export const kwokFiles = ['stages.yaml', 'kwok-metrics.yaml'].map((file) => join(import.meta.dirname, file));

/**
 * A KwokctlConfiguration that binds every component to 127.0.0.1 and to its own port.
 *
 * kwokctl's default address is 0.0.0.0, and its ports are looked for without a claim on them.
 */
export function kwokctlConfig(binaries: ClusterBinaries, ports: Ports, kubeVersion: string): string {
  return stringify({
    kind: 'KwokctlConfiguration',
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    options: {
      runtime: 'binary',
      bindAddress: '127.0.0.1',
      kubeVersion: `v${kubeVersion}`,
      enable: ['metrics-server'],
      quietPull: true,
      ...binaryOptions(binaries),
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeApiserverPort: ports.kubeApiserver,
      kubeControllerManagerPort: ports.kubeControllerManager,
      kubeSchedulerPort: ports.kubeScheduler,
      kwokControllerPort: ports.kwokController,
      metricsServerPort: ports.metricsServer,
    },
    componentsPatches: componentsPatches(),
  });
}

function binaryOptions(binaries: ClusterBinaries) {
  return {
    kubectlBinary: binaries.kubectl,
    kwokControllerBinary: binaries.kwok,
    kubeApiserverBinary: binaries.kubeApiserver,
    kubeControllerManagerBinary: binaries.kubeControllerManager,
    kubeSchedulerBinary: binaries.kubeScheduler,
    etcdBinary: binaries.etcd,
    metricsServerBinary: binaries.metricsServer,
    metricsServerManifests: [binaries.metricsServerManifests],
  };
}

function componentsPatches() {
  const patch = (name: string, args: Record<string, string>) => ({
    name,
    extraArgs: Object.entries(args).map(([key, value]) => ({ key, value })),
  });
  // There is one of each, and on a busy machine a leader that renews too late ends itself.
  const alone = { 'leader-elect': 'false' };
  return [
    // The data lives as long as the sandbox: waiting for the disk buys nothing.
    patch('etcd', { 'unsafe-no-fsync': 'true' }),
    // From a loopback address the API server would look for the machine's own, and end where there is no route.
    // Nothing is told the advertised one: no endpoints are kept for it.
    patch('kube-apiserver', { 'advertise-address': '192.0.2.1', 'endpoint-reconciler-type': 'none' }),
    patch('kube-controller-manager', alone),
    patch('kube-scheduler', alone),
    // It warns of every node without pods each time it is asked for metrics.
    patch('kwok-controller', { v: 'ERROR' }),
  ];
}
