import { describe, expect, it } from 'vitest';
import { deploymentSchema } from '../cluster/deployment.ts';
import { fakeDeployment } from '../cluster/testing/fake-release.ts';
import { templateSample } from './pod-template.ts';

const component = {
  name: 'api',
  deployment: 'my-dify-api',
  hpa: null,
  container: 'api',
  image: '',
  labelSelector: '',
} as const;

function environment(container: object, configMaps: Map<string, Record<string, string> | null>) {
  const raw = fakeDeployment('api');
  Object.assign(raw.spec.template.spec.containers[0] ?? {}, container);
  const deployment = deploymentSchema.parse({ ...raw, metadata: { ...raw.metadata, resourceVersion: '1' } });
  return templateSample(component, deployment, { atSeconds: 0, configMaps }).containers[0]?.env;
}

describe('the sizing variables of a container', () => {
  const shared = { SERVER_WORKER_AMOUNT: '2', SERVER_WORKER_CONNECTIONS: '10', SECRET_KEY: 'hidden' };
  const envFrom = [{ configMapRef: { name: 'shared' } }, { secretRef: { name: 'passwords' } }];

  it('come from ConfigMaps, with the container’s own on top, and nothing else is kept', () => {
    const env = [
      { name: 'SERVER_WORKER_CONNECTIONS', value: '50' },
      { name: 'DB_PASSWORD', value: 'hidden' },
    ];
    expect(environment({ env, envFrom }, new Map([['shared', shared]]))).toEqual({
      SERVER_WORKER_AMOUNT: '2',
      SERVER_WORKER_CONNECTIONS: '50',
    });
  });

  it('are unknown, not unset, where a ConfigMap may not be read', () => {
    const env = [{ name: 'SERVER_WORKER_CONNECTIONS', value: '50' }];
    expect(environment({ env, envFrom }, new Map([['shared', null]]))).toMatchObject({
      SERVER_WORKER_AMOUNT: null,
      SERVER_WORKER_CONNECTIONS: '50',
      CELERY_WORKER_AMOUNT: null,
    });
  });

  it('are unknown where a Secret sets them', () => {
    const valueFrom = { secretKeyRef: { name: 'passwords', key: 'amount' } };
    expect(environment({ env: [{ name: 'SERVER_WORKER_AMOUNT', valueFrom }] }, new Map())).toEqual({
      SERVER_WORKER_AMOUNT: null,
    });
  });

  it('follow a reference to one key of a ConfigMap', () => {
    const valueFrom = { configMapKeyRef: { name: 'shared', key: 'SERVER_WORKER_AMOUNT' } };
    const env = [{ name: 'CELERY_WORKER_AMOUNT', valueFrom }];
    expect(environment({ env }, new Map([['shared', shared]]))).toEqual({ CELERY_WORKER_AMOUNT: '2' });
  });
});
