import { describe, expect, it } from 'vitest';
import { collectionPath } from './create-objects.ts';
import { nodeManifests } from './node-manifests.ts';
import { queueMetricManifests } from './queue-metric-manifests.ts';

describe('fake nodes', () => {
  const nodes = nodeManifests({ count: 3, allocatable: { cpuMillicores: 16_000, memoryMiB: 32_768 } });

  it('are as many and as large as the world says', () => {
    expect(nodes.map(({ metadata }) => metadata?.name)).toEqual([
      'sandbox-node-0',
      'sandbox-node-1',
      'sandbox-node-2',
    ]);
    expect(nodes[0]?.status?.allocatable).toEqual({ cpu: '16000m', memory: '32768Mi', pods: '110' });
  });

  it('point metrics-server to where kwok serves their usage', () => {
    expect(nodes[2]?.status?.addresses).toContainEqual({ type: 'InternalIP', address: '127.0.0.1' });
    expect(nodes[2]?.metadata?.annotations?.['metrics.k8s.io/resource-metrics-path']).toBe(
      '/metrics/nodes/sandbox-node-2/metrics/resource',
    );
  });
});

describe('the queue metric', () => {
  it('reaches a port on this machine by an ExternalName service', () => {
    const [service, apiService] = queueMetricManifests(34_567);
    expect(service.spec).toMatchObject({ type: 'ExternalName', externalName: '127.0.0.1' });
    expect(apiService.spec?.service).toEqual({
      name: service.metadata?.name,
      namespace: 'dify',
      port: 34_567,
    });
    expect(apiService.metadata?.name).toBe(`${apiService.spec?.version}.${apiService.spec?.group}`);
  });
});

describe('paths of the API', () => {
  it.each([
    { kind: 'Node', apiVersion: 'v1', namespace: undefined, expected: '/api/v1/nodes' },
    { kind: 'Service', apiVersion: 'v1', namespace: 'dify', expected: '/api/v1/namespaces/dify/services' },
    {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      namespace: 'dify',
      expected: '/apis/apps/v1/namespaces/dify/deployments',
    },
  ])('$kind is created at $expected', ({ kind, apiVersion, namespace, expected }) => {
    expect(collectionPath({ kind, apiVersion, ...(namespace && { metadata: { namespace } }) })).toBe(
      expected,
    );
  });

  it('are not guessed for a kind nobody listed', () => {
    expect(() => collectionPath({ kind: 'Ingress', apiVersion: 'networking.k8s.io/v1' })).toThrow('Ingress');
  });
});
