import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatError, TuneError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { openCluster } from './open-cluster.ts';
import { readSecret } from './read-secret.ts';
import { FakeApiServer } from './testing/fake-api-server.ts';
import { fakeTarget, installFakeRelease } from './testing/fake-release.ts';

const path = '/api/v1/namespaces/dify/secrets/dify-keys';
let server: FakeApiServer;
let cluster: Cluster;

beforeEach(async () => {
  server = await new FakeApiServer().start();
  installFakeRelease(server);
  cluster = await openCluster(fakeTarget(server), { signal: new AbortController().signal });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  cluster.close();
  await server.dispose();
});

describe('readSecret', () => {
  it('reads a variable, a file and a Secret alike, without the newline at their end', async () => {
    vi.stubEnv('DIFY_KEY', 'app-1\n');
    const file = join(mkdtempSync(join(tmpdir(), 'secret-')), 'key');
    writeFileSync(file, 'app-2\n');
    server.answer(path, { data: { chat: Buffer.from('app-3\n').toString('base64') } });
    expect(await readSecret({ env: 'DIFY_KEY' }, 'apps.chat.key', null)).toBe('app-1');
    expect(await readSecret({ file }, 'apps.chat.key', null)).toBe('app-2');
    const secret = { name: 'dify-keys', key: 'chat' };
    expect(await readSecret({ secret }, 'apps.chat.key', cluster)).toBe('app-3');
  });

  it.each([
    { source: { env: 'TUNE_NOT_SET' }, message: 'TUNE_NOT_SET is not set', exitCode: 2 },
    { source: { file: '/nowhere/key' }, message: '/nowhere/key (ENOENT)', exitCode: 2 },
    {
      source: { secret: { name: 'absent', key: 'chat' } },
      message: 'no Secret absent in namespace dify',
      exitCode: 3,
    },
  ])('says where it looked: $message', async ({ source, message, exitCode }) => {
    const reading = readSecret(source, 'apps.chat.key', cluster);
    await expect(reading).rejects.toMatchObject({
      code: 'NO_SECRET',
      exitCode,
      message: expect.stringContaining(message),
      why: 'the target reads `apps.chat.key` from there',
    });
  });

  it('names the keys of a Secret, not their values', async () => {
    server.answer(path, { data: { workflow: Buffer.from('app-hidden').toString('base64') } });
    const reading = readSecret({ secret: { name: 'dify-keys', key: 'workflo' } }, 'apps.chat.key', cluster);
    const error: unknown = await reading.catch((thrown: unknown) => thrown);
    if (!(error instanceof TuneError)) throw new Error('expected a TuneError');
    expect(error.next).toBe('did you mean "workflow"? it has: workflow');
    expect(formatError(error)).not.toContain('app-hidden');
  });

  it('says which permission is missing', async () => {
    server.answer(path, 403);
    const reading = readSecret({ secret: { name: 'dify-keys', key: 'chat' } }, 'apps.chat.key', cluster);
    await expect(reading).rejects.toMatchObject({ code: 'CLUSTER_FORBIDDEN', exitCode: 3 });
  });
});
