import { hostname } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCluster } from '../../cluster/open-cluster.ts';
import { FakeApiServer } from '../../cluster/testing/fake-api-server.ts';
import { collections, fakeTarget, installFakeRelease } from '../../cluster/testing/fake-release.ts';
import { TuneError } from '../../errors.ts';
import { plan } from '../validity/testing/recorded-lines.ts';
import { apiPaths } from './paths.ts';
import { prepareRunners } from './prepare-runners.ts';
import { remoteOutputEnvironment } from './remote-outputs.ts';
import { removeLeftovers } from './remove-leftovers.ts';

const { signal } = new AbortController();
let server: FakeApiServer;
let said: string[];

beforeEach(async () => {
  said = [];
  server = await new FakeApiServer().start();
  installFakeRelease(server);
  for (const path of [apiPaths.jobs, apiPaths.testRuns, apiPaths.configMaps]) {
    for (const namespace of ['dify', 'dify-load']) server.writable.add(path(namespace));
  }
});
afterEach(() => server.dispose());

async function prepare(load: object = {}, outputs: readonly string[] = []): Promise<string> {
  const target = fakeTarget(server, { load: { runner: 'job', image: 'k6:1', parallelism: 3, ...load } });
  const cluster = await openCluster(target, { signal });
  const say = (text: string) => said.push(text);
  try {
    return await prepareRunners({ cluster, target, plan, outputs, signal, say });
  } finally {
    cluster.close();
  }
}

async function failure(...given: Parameters<typeof prepare>): Promise<TuneError> {
  const thrown: unknown = await prepare(...given).catch((error: unknown) => error);
  if (thrown instanceof TuneError) return thrown;
  throw new Error(`expected a TuneError, got ${String(thrown)}`);
}

describe('prepareRunners', () => {
  it('says what will be made, where, before anything is', async () => {
    expect(await prepare()).toBe('dify');
    expect(said).toEqual([
      'will make a Job of 3 × k6:1 in namespace dify of context "fake", and remove it again',
    ]);
    expect(server.requests.filter((line) => !/^GET|selfsubjectaccessreviews/.test(line))).toEqual([]);
  });

  it('names every permission that is missing at once', async () => {
    server.denied.add('create jobs').add('get pods/log').add('create secrets');
    const error = await failure();
    expect(error).toMatchObject({ code: 'CLUSTER_FORBIDDEN', exitCode: 3 });
    expect(error.message).toBe(
      'context "fake" may not create jobs.batch, create secrets, get pods/log in namespace dify',
    );
    expect(error.next).toContain('docs/runners.md');
    expect(error.next).toContain('auth can-i get pods/log');
  });

  it('asks for TestRuns and not for Jobs where k6-operator makes those', async () => {
    server.answer('/apis/k6.io/v1alpha1', { resources: [{ name: 'testruns' }] });
    server.denied.add('create jobs');
    expect(await prepare({ runner: 'k6-operator' })).toBe('dify');
    server.denied.add('create testruns');
    expect((await failure({ runner: 'k6-operator' })).message).toContain('create testruns.k6.io');
  });

  it.each([{ resources: [] }, 404])('says what to do without the operator (%j)', async (answer) => {
    server.answer('/apis/k6.io/v1alpha1', answer);
    expect(await failure({ runner: 'k6-operator' })).toMatchObject({ code: 'NO_K6_OPERATOR', exitCode: 2 });
  });

  it("wants the runners' own namespace to be testable as well", async () => {
    const load = { namespace: 'dify-load' };
    expect(await failure(load)).toMatchObject({ code: 'NO_NAMESPACE' });
    server.answer('/api/v1/namespaces/dify-load', { metadata: { name: 'dify-load' } });
    const error = await failure(load);
    expect(error.code).toBe('NOT_TESTABLE');
    expect(error.next).toContain('annotate namespace dify-load tune.dify.ai/testable=true');
    const annotations = { 'tune.dify.ai/testable': 'true' };
    server.answer('/api/v1/namespaces/dify-load', { metadata: { name: 'dify-load', annotations } });
    expect(await prepare(load)).toBe('dify-load');
    expect(server.requests.some((line) => line.includes(collections.pods))).toBe(false);
  });

  it.each(['json=k6.json', 'web-dashboard', 'csv=-', 'opentelemetry with a space'])(
    'refuses the output %s, which means nothing in a pod',
    async (output) => {
      expect(await failure({}, [output])).toMatchObject({ code: 'OUTPUT_NEEDS_THIS_MACHINE', exitCode: 2 });
    },
  );
});

describe('remoteOutputEnvironment', () => {
  const environment = {
    K6_PROMETHEUS_RW_SERVER_URL: 'http://p',
    K6_PROMETHEUS_RW_PASSWORD: 's',
    HOME: '/root',
  };

  it('takes the settings of outputs along, and nothing else', () => {
    expect(remoteOutputEnvironment(['experimental-prometheus-rw'], environment)).toEqual({
      K6_PROMETHEUS_RW_SERVER_URL: 'http://p',
      K6_PROMETHEUS_RW_PASSWORD: 's',
    });
    expect(remoteOutputEnvironment([], environment)).toEqual({});
  });
});

describe('removeLeftovers', () => {
  const labels = {
    'app.kubernetes.io/managed-by': 'dify-scale-tuner',
    'tune.dify.ai/runners': 'tune-load-9',
  };
  const leave = (path: (namespace: string) => string, fields: { owner?: string; alive?: string } = {}) =>
    server.put(path('dify'), {
      metadata: {
        name: 'tune-load-9',
        labels,
        annotations: {
          'tune.dify.ai/owner': fields.owner ?? 'elsewhere/7',
          'tune.dify.ai/alive-until': fields.alive ?? '2026-01-01T00:00:00.000Z',
        },
      },
    });
  const remove = async (patienceMs = 300) => {
    const cluster = await openCluster(fakeTarget(server), { signal });
    try {
      await removeLeftovers({
        api: cluster.api,
        namespace: 'dify',
        signal,
        say,
        patienceMs,
      });
    } finally {
      cluster.close();
    }
  };
  let onSaid = () => {};
  const say = (text: string) => {
    said.push(text);
    onSaid();
    onSaid = () => {};
  };
  const left = () => [...server.stored(apiPaths.jobs('dify')), ...server.stored(apiPaths.configMaps('dify'))];

  it('removes at once what a process of this machine has left that is gone', async () => {
    leave(apiPaths.jobs, { owner: `${hostname()}/${2 ** 22 + 1}` });
    await remove(60_000);
    expect(left()).toEqual([]);
    expect(said).toEqual(['removed what an earlier run has left behind: tune-load-9']);
  });

  it('waits for a sign of life of what another machine has made, and removes it when none comes', async () => {
    leave(apiPaths.jobs);
    leave(apiPaths.configMaps);
    await remove();
    expect(left()).toEqual([]);
    expect(said[0]).toContain('are the runners tune-load-9 (elsewhere/7)');
  });

  it('leaves alone what somebody follows, and says who', async () => {
    leave(apiPaths.jobs);
    onSaid = () => leave(apiPaths.jobs, { alive: '2026-01-01T00:00:20.000Z' });
    await expect(remove()).rejects.toMatchObject({
      code: 'RUNNERS_BUSY',
      exitCode: 3,
      message: expect.stringContaining('elsewhere/7'),
      next: expect.stringContaining('delete jobs/tune-load-9'),
    });
    expect(left()).toHaveLength(1);
  });

  it('leaves to the Job what hangs on it, and others their own', async () => {
    server.put(apiPaths.configMaps('dify'), {
      metadata: { name: 'tune-load-9', labels, ownerReferences: [{ kind: 'Job' }] },
    });
    server.put(apiPaths.jobs('dify'), { metadata: { name: 'migrate', labels: { app: 'dify' } } });
    await remove();
    expect(left()).toHaveLength(2);
    expect(said).toEqual([]);
  });
});
