import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatError, TuneError } from '../errors.ts';
import { openCluster } from './open-cluster.ts';
import { requireTestable } from './testable.ts';
import { FakeApiServer } from './testing/fake-api-server.ts';
import { collections, fakeTarget, installFakeRelease } from './testing/fake-release.ts';

const { signal } = new AbortController();
let server: FakeApiServer;

beforeEach(async () => {
  server = await new FakeApiServer().start();
  installFakeRelease(server);
});
afterEach(() => server.dispose());

async function failure(target = fakeTarget(server)): Promise<TuneError> {
  const thrown: unknown = await openCluster(target, { signal }).catch((error: unknown) => error);
  if (thrown instanceof TuneError) return thrown;
  throw new Error(`expected a TuneError, got ${String(thrown)}`);
}

describe('openCluster', () => {
  it('finds the release by its name and reads the versions', async () => {
    const cluster = await openCluster(fakeTarget(server), { signal });
    expect(cluster.serverVersion).toBe('v1.37.2');
    expect(cluster.chart).toBe('dify-0.38.0-rc2');
    expect(cluster.difyVersion).toBe('1.13.0');
    expect(cluster.components.api).toMatchObject({
      deployment: 'my-dify-api',
      hpa: 'my-dify-api',
      container: 'api',
      labelSelector: 'app.kubernetes.io/instance=my-dify,component=api',
    });
    expect(Object.keys(cluster.components)).toEqual(['api', 'worker']);
    expect(Math.abs(cluster.clockSkewSeconds ?? 99)).toBeLessThan(2);
    cluster.close();
  });

  it('names every missing permission at once, with the command that checks it', async () => {
    server.denied.add('watch pods').add('list dify_workflow_queue_depth');
    const error = await failure();
    expect(error.exitCode).toBe(3);
    expect(error.message).toBe(
      'context "fake" may not watch pods, list dify_workflow_queue_depth.external.metrics.k8s.io in namespace dify',
    );
    expect(error.next).toContain('kubectl --context fake -n dify auth can-i watch pods');
  });

  it('asks for each Secret that the target reads its keys from', async () => {
    server.denied.add('get secrets');
    const apps = { chat: { key: { secret: { name: 'dify-keys', key: 'chat' } } } };
    expect((await failure(fakeTarget(server, { apps }))).message).toContain('get secrets/dify-keys');
  });

  it.each([
    { name: 'expired credentials', path: '/version', status: 401, code: 'CLUSTER_UNAUTHORIZED' },
    { name: 'a forbidden read', path: collections.deployments, status: 403, code: 'CLUSTER_FORBIDDEN' },
    { name: 'a failing API server', path: '/version', status: 500, code: 'CLUSTER_FAILING' },
    { name: 'a missing namespace', path: collections.namespace, status: 404, code: 'NO_NAMESPACE' },
    { name: 'something that is no API server', path: '/version', status: 404, code: 'CLUSTER_ANSWER' },
  ])('says $code for $name', async ({ path, status, code }) => {
    server.answer(path, status);
    expect(await failure()).toMatchObject({ code, exitCode: 3 });
  });

  it('tells a refused connection from a host without an address', async () => {
    const target = fakeTarget(server);
    await server.stop();
    expect(await failure(target)).toMatchObject({ code: 'CLUSTER_REFUSED', exitCode: 3 });
    const kubeconfig = server.kubeconfig({ server: 'http://no-such-host.invalid' });
    expect(await failure(fakeTarget(server, { kubeconfig }))).toMatchObject({ code: 'CLUSTER_NO_DNS' });
  });

  it('tells a certificate that it does not trust', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'elsewhere' }]);
    const tls = createTlsServer({ key, cert }, (_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const { port } = tls.address() as AddressInfo;
    const kubeconfig = server.kubeconfig({ server: `https://127.0.0.1:${port}` });
    expect(await failure(fakeTarget(server, { kubeconfig }))).toMatchObject({
      code: 'CLUSTER_TLS',
      exitCode: 3,
    });
    tls.close();
  });

  it('gives up at once when it is aborted while the server says nothing', async () => {
    server.isFrozen = true;
    const stop = new AbortController();
    const opening = openCluster(fakeTarget(server), { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(opening).rejects.toThrow('stopped');
  });

  it('names the nearest context, and where it looked', async () => {
    const kubeconfig = server.kubeconfig({ contexts: ['staging', 'production'] });
    const error = await failure(fakeTarget(server, { kubeconfig, context: 'stagin' }));
    expect(error).toMatchObject({ code: 'UNKNOWN_CONTEXT', exitCode: 2 });
    expect(error.message).toContain(kubeconfig);
    expect(error.why).toBe('did you mean "staging"? it knows: staging, production');
  });

  it('says which kubeconfig is missing instead of trying localhost', async () => {
    const error = await failure(fakeTarget(server, { kubeconfig: '/nowhere/config' }));
    expect(error).toMatchObject({ code: 'NO_KUBECONFIG', exitCode: 2 });
    expect(error.message).toContain('/nowhere/config');
  });

  it('lists the Deployments there are when the release has another name', async () => {
    const error = await failure(fakeTarget(server, { release: 'mydify' }));
    expect(error).toMatchObject({ code: 'NO_DEPLOYMENT', exitCode: 2 });
    expect(error.why).toBe('did you mean "my-dify-api"? it has: my-dify-api, my-dify-worker');
  });

  it('never shows the token', async () => {
    server.answer('/version', 401);
    expect(formatError(await failure())).not.toContain('secret-token');
  });

  it('reuses its connections', async () => {
    let connections = 0;
    const counting = createServer((_request, response) => response.end('{"gitVersion":"v1.37.2"}'));
    counting.on('connection', () => connections++);
    await new Promise<void>((resolve) => counting.listen(0, '127.0.0.1', resolve));
    const { port } = counting.address() as AddressInfo;
    const kubeconfig = server.kubeconfig({ server: `http://127.0.0.1:${port}` });
    const { ApiClient } = await import('./api-client.ts');
    const { loadKubeconfig } = await import('./kubeconfig.ts');
    const api = new ApiClient(loadKubeconfig({ kubeconfig }));
    for (let i = 0; i < 5; i++) await api.get('/version');
    // undici opens a second one while the first answer is still being read; five would be one a request.
    expect(connections).toBeLessThan(3);
    api.close();
    counting.close();
  });
});

describe('requireTestable', () => {
  it('wants the word of the config and of the namespace', async () => {
    server.answer(collections.namespace, { metadata: { name: 'dify' } });
    const target = fakeTarget(server);
    const cluster = await openCluster(target, { signal });
    expect(() => requireTestable(cluster, target)).toThrow('carries no annotation tune.dify.ai/testable');
    expect(() => requireTestable({ ...cluster, isAnnotatedTestable: true }, { testable: false })).toThrow(
      'does not declare itself testable',
    );
    expect(() => requireTestable({ ...cluster, isAnnotatedTestable: true }, target)).not.toThrow();
    cluster.close();
  });
});
