import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { kwokctlConfig, kwokFiles } from './kwokctl-config.ts';
import { portsOfBlock } from './port-block.ts';

const binaries = {
  kubectl: '/t/kubectl',
  kwok: '/t/kwok',
  kubeApiserver: '/t/kube-apiserver',
  kubeControllerManager: '/t/kube-controller-manager',
  kubeScheduler: '/t/kube-scheduler',
  etcd: '/t/etcd',
  metricsServer: '/t/metrics-server',
  metricsServerManifests: '/t/manifests',
};

describe("kwokctl's configuration", () => {
  const config = parse(kwokctlConfig(binaries, portsOfBlock(20_500), '1.37.2'));

  it('binds to loopback, where kwokctl left to itself binds to every address', () => {
    expect(config.options.bindAddress).toBe('127.0.0.1');
  });

  it('gives each component a port of the block, so that kwokctl looks for none', () => {
    const ports = Object.entries(config.options).filter(([key]) => key.endsWith('Port'));
    expect(ports).toHaveLength(7);
    expect(new Set(ports.map(([, port]) => port)).size).toBe(7);
    for (const [, port] of ports) expect(port).toSatisfy((n: number) => n > 20_500 && n < 20_510);
  });

  it('names every binary, so that kwokctl downloads none', () => {
    const named = Object.keys(config.options).filter((key) => key.endsWith('Binary'));
    expect(named).toHaveLength(7);
  });

  it('advertises no loopback address, for which the API server would need a route', () => {
    const patch = config.componentsPatches.find(({ name }: { name: string }) => name === 'kube-apiserver');
    expect(patch.extraArgs).toContainEqual({ key: 'advertise-address', value: '192.0.2.1' });
  });
});

describe('the files kwok plays the kubelet by', () => {
  const objects = kwokFiles.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS({ maxAliasCount: -1 })),
  );
  const stage = (name: string) => objects.find(({ metadata }) => metadata.name === name)?.spec;

  it('hold stages for nodes as well, since kwokctl leaves its own out when it is given any', () => {
    const kinds = objects.filter(({ kind }) => kind === 'Stage').map(({ spec }) => spec.resourceRef.kind);
    expect(new Set(kinds)).toEqual(new Set(['Pod', 'Node']));
  });

  it('delay by moments, not by spans that each change of the pod would start anew', () => {
    expect(stage('pod-become-ready').delay).toEqual({
      durationFrom: { expressionFrom: '.metadata.annotations["tune.dify.ai/ready-at"]' },
    });
    expect(stage('pod-end').delay).toEqual({
      durationFrom: { expressionFrom: '.metadata.deletionTimestamp' },
    });
  });

  it("report a container's start as a moment, which kwok's own file does not", () => {
    const metric = stage('metrics-resource').metrics.find(
      ({ name }: { name: string }) => name === 'container_start_time_seconds',
    );
    expect(metric.value).toBe('UnixSecond(pod.status.startTime)');
  });
});
