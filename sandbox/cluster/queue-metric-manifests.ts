import type { V1APIService, V1Service } from '@kubernetes/client-node';
import { releaseNamespace } from './release-names.ts';

const serviceName = 'queue-metric';

/**
 * Sends external.metrics.k8s.io to a server on this machine.
 *
 * @param port its HTTPS port on 127.0.0.1; any certificate will do
 */
export function queueMetricManifests(port: number): [V1Service, V1APIService] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: serviceName, namespace: releaseNamespace },
      spec: {
        type: 'ExternalName',
        externalName: '127.0.0.1',
        ports: [{ name: 'https', port, protocol: 'TCP' }],
      },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.external.metrics.k8s.io' },
      spec: {
        group: 'external.metrics.k8s.io',
        version: 'v1beta1',
        service: { name: serviceName, namespace: releaseNamespace, port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}
