import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TuneError } from '../errors.ts';
import { readHpaManifests } from './read-hpa-manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'hpa-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const hpa = (name: string, indent = '') =>
  [
    'apiVersion: autoscaling/v2',
    'kind: HorizontalPodAutoscaler',
    `metadata: { name: ${name}, creationTimestamp: null }`,
    `spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${name} } }`,
    'status: { currentReplicas: 1, desiredReplicas: 1, currentMetrics: null, conditions: [] }',
  ]
    .map((line) => `${indent}${line}`)
    .join('\n');

function errorOf(path: string): TuneError {
  try {
    readHpaManifests(path);
  } catch (error) {
    if (error instanceof TuneError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('readHpaManifests', () => {
  it('reads one HPA with its target', () => {
    const [found] = readHpaManifests(file('one.yaml', hpa('api')));
    expect(found).toMatchObject({ name: 'api', target: 'api', spec: { maxReplicas: 3 } });
  });

  it('reads a list as `kubectl get hpa -o yaml` prints it, and says where in it each stands', () => {
    const item = (name: string) => `- ${hpa(name, '  ').trimStart()}`;
    const list = `apiVersion: v1\nitems:\n${item('api')}\n${item('worker')}\nkind: List\nmetadata: { resourceVersion: "" }\n`;
    const found = readHpaManifests(file('list.yaml', list));
    expect(found.map(({ name }) => name)).toEqual(['api', 'worker']);
    expect(found[1]?.at).toContain('list.yaml: items[1]');
  });

  it('reads several documents, JSON, and passes over other kinds', () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: { name: x }';
    const several = file('several.yaml', `${service}\n---\n${hpa('api')}\n---\n${hpa('worker')}\n`);
    expect(readHpaManifests(several).map(({ name }) => name)).toEqual(['api', 'worker']);
    const json = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'api' } },
    };
    expect(readHpaManifests(file('one.json', JSON.stringify(json)))[0]?.target).toBe('api');
  });

  it.each([
    {
      name: 'no HPA in the file',
      text: 'kind: Service',
      code: 'BAD_HPA_MANIFEST',
      says: 'holds no HorizontalPodAutoscaler',
    },
    {
      name: 'an older version',
      text: hpa('a').replace('autoscaling/v2', 'autoscaling/v1'),
      code: 'BAD_HPA_MANIFEST',
      says: 'apiVersion: "autoscaling/v1" is not autoscaling/v2',
    },
    {
      name: 'a target without its kind',
      text: hpa('a').replace('kind: Deployment, ', ''),
      code: 'BAD_HPA_MANIFEST',
      says: 'spec.scaleTargetRef.kind: is missing',
    },
    {
      name: 'no target',
      text: hpa('a').replace('scaleTargetRef', 'target'),
      code: 'BAD_HPA_MANIFEST',
      says: 'spec.scaleTargetRef.name: is missing',
    },
    { name: 'broken YAML', text: 'kind: [HorizontalPodAutoscaler', code: 'BAD_YAML', says: 'bad.yaml: ' },
  ])('refuses $name', ({ text, code, says }) => {
    const error = errorOf(file('bad.yaml', text));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    expect(error.exitCode).toBe(2);
  });

  it('says which file it could not read', () => {
    expect(errorOf(join(folder, 'none.yaml'))).toMatchObject({ code: 'FILE_UNREADABLE', exitCode: 2 });
  });
});
