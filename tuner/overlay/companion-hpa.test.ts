import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeRun } from '../../reports/fixtures/make-run.ts';
import { hpaSpecSchema } from '../contracts/hpa-spec.ts';
import { companionHpaYaml } from './companion-hpa.ts';

const { advice } = makeRun();
if (advice === null) throw new Error('the fixture has no advice');
const spec = hpaSpecSchema.parse(advice.proposals.worker?.hpaSpec);
const identity = {
  component: 'worker',
  deployment: 'my-dify-worker',
  namespace: 'dify',
  release: 'my-dify',
} as const;

describe('companionHpaYaml', () => {
  const yaml = companionHpaYaml(spec, identity, advice);
  const object = parse(yaml) as { metadata: object; spec: unknown; apiVersion: string; kind: string };

  it('is an autoscaling/v2 HPA with the Deployment’s full name, in its namespace', () => {
    expect(object).toMatchObject({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'my-dify-worker', namespace: 'dify' },
    });
  });

  it('reads back as the proposed spec', () => {
    expect(hpaSpecSchema.parse(object.spec)).toEqual(spec);
  });

  it('scales the Deployment of this release, whatever the proposal pointed at', () => {
    const elsewhere = {
      ...spec,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other' },
    };
    const written = parse(companionHpaYaml(elsewhere, identity, advice)) as typeof object;
    expect(written.spec).toMatchObject({ scaleTargetRef: { name: 'my-dify-worker' } });
  });

  it('carries the reason of each setting over its line', () => {
    expect(yaml).toContain(
      '  # a serving component keeps two replicas, so that the loss of one is no outage\n  minReplicas: 2\n',
    );
    expect(yaml).toMatch(
      /# every worker taken away loses the runs it holds.*\n +stabilizationWindowSeconds: 240\n/,
    );
  });
});
