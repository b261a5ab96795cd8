import { describe, expect, it } from 'vitest';
import type { MetricSpec } from '../contracts/hpa-spec.ts';
import { cpuUtilization, hpaOf, podOf } from './fixtures/build-sync.ts';
import { podRequest } from './pod-request.ts';
import type { CompiledMetric, HpaPod } from './types.ts';

// Expected: replica_calculator.go of the versions named, calculateRequests and what it calls.

const ofContainer = (container: string): MetricSpec => ({
  type: 'ContainerResource',
  containerResource: { name: 'cpu', container, target: { type: 'Utilization', averageUtilization: 50 } },
});

function requestOf(
  pod: Partial<HpaPod>,
  metric: MetricSpec = cpuUtilization(50),
  kubernetesVersion = '1.37.2',
) {
  const hpa = hpaOf({ metrics: [metric] }, { kubernetesVersion });
  return podRequest(hpa, hpa.metrics[0] as CompiledMetric, podOf('p', pod));
}

const requests = { app: { cpu: 500 }, sidecar: { cpu: 100 } };

describe('the request of a pod', () => {
  it('is the sum of its containers', () => {
    expect(requestOf({ requests })).toBe(600);
  });

  it('cannot be told when one of them has none', () => {
    expect(requestOf({ requests: { ...requests, log: { memory: 1 } } })).toBe(
      'a pod has no request for the resource',
    );
  });

  it('is the pod’s own where it has one, since 1.34', () => {
    const pod = { requests, podRequests: { cpu: 2000 } };
    expect(requestOf(pod)).toBe(2000);
    expect(requestOf(pod, cpuUtilization(50), '1.33.7')).toBe(600);
    expect(requestOf({ requests, podRequests: null })).toBe(600);
    expect(requestOf({ requests, podRequests: {} })).toBe(600);
  });

  it('of a pod that has others of its own is the sum of the containers that name it', () => {
    expect(requestOf({ requests: { ...requests, log: {} }, podRequests: { memory: 1 } })).toBe(600);
    expect(requestOf({ requests: { log: {} }, podRequests: { memory: 1 } })).toBe(
      'a pod has no request for the resource',
    );
  });
});

describe('the request of a container', () => {
  it('is that container’s alone, whatever the pod or the others ask for', () => {
    expect(
      requestOf({ requests: { ...requests, log: {} }, podRequests: { cpu: 2000 } }, ofContainer('sidecar')),
    ).toBe(100);
  });

  it('cannot be told without one', () => {
    expect(requestOf({ requests: { app: {} } }, ofContainer('app'))).toBe(
      'a pod has no request for the resource',
    );
  });

  it('cannot be told for a pod without that container since 1.35, and was 0 before', () => {
    expect(requestOf({ requests }, ofContainer('web'))).toBe('a pod has no such container');
    expect(requestOf({ requests }, ofContainer('web'), '1.34.3')).toBe(0);
  });

  it('is not taken from what every object has', () => {
    expect(requestOf({ requests }, ofContainer('constructor'))).toBe('a pod has no such container');
  });
});
