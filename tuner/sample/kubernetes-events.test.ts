import { describe, expect, it } from 'vitest';
import { ownerOf } from './kubernetes-events.ts';

const component = { container: 'x', image: '', labelSelector: '' };
const components = [
  { ...component, name: 'api' as const, deployment: 'my-dify-api', hpa: 'my-dify-api' },
  { ...component, name: 'worker' as const, deployment: 'my-dify-worker', hpa: 'queue-scaler' },
];

describe('ownerOf', () => {
  it.each([
    { kind: 'HorizontalPodAutoscaler', name: 'queue-scaler', owner: 'worker' },
    { kind: 'HorizontalPodAutoscaler', name: 'my-dify-worker', owner: undefined },
    { kind: 'Deployment', name: 'my-dify-api', owner: 'api' },
    { kind: 'ReplicaSet', name: 'my-dify-api-6d4f9c7b8', owner: 'api' },
    { kind: 'Pod', name: 'my-dify-api-6d4f9c7b8-x2x9z', owner: 'api' },
    { kind: 'Pod', name: 'my-dify-api-gateway-6d4f9c7b8-x2x9z', owner: undefined },
    { kind: 'Pod', name: 'postgres-0', owner: undefined },
    { kind: 'Node', name: 'my-dify-api', owner: undefined },
  ])('$kind $name → $owner', ({ kind, name, owner }) => {
    expect(ownerOf({ kind, name }, components)?.name).toBe(owner);
  });
});
