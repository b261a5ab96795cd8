import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOrigins, variableOf } from './origins.ts';
import { startFileServer } from './testing/file-server.ts';

describe('createOrigins', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('takes the publisher’s own site unless a mirror is named', () => {
    expect(createOrigins({}).url('kubernetes', '/release/x')).toBe('https://dl.k8s.io/release/x');
    const mirrored = createOrigins({ TUNE_ORIGIN_KUBERNETES: 'https://mirror.example/k8s/' });
    expect(mirrored.url('kubernetes', '/release/x')).toBe('https://mirror.example/k8s/release/x');
  });

  it('calls a host reachable whatever it answers', async () => {
    const server = await startFileServer();
    closing.push(server.close);
    const origins = createOrigins({ TUNE_ORIGIN_HELM: `${server.url}/no/such/folder` });
    expect(await origins.whyUnreachable('helm')).toBeNull();
  });

  it('asks a host once for all that it has, and says once why it cannot be reached', async () => {
    const onUnreachable = vi.fn();
    const closed = {
      TUNE_ORIGIN_GITHUB: 'http://127.0.0.1:9/a',
      TUNE_ORIGIN_GITHUB_API: 'http://127.0.0.1:9/b',
    };
    const origins = createOrigins(closed, { onUnreachable });
    const reasons = await Promise.all([
      origins.whyUnreachable('github'),
      origins.whyUnreachable('github'),
      origins.whyUnreachable('githubApi'),
    ]);
    // Node's fetch refuses port 9 by itself ("bad port"); any reason will do, so long as there is one.
    expect(new Set(reasons).size).toBe(1);
    expect(reasons[0]).toMatch(/bad port|ECONNREFUSED/);
    expect(onUnreachable.mock.calls).toEqual([['http://127.0.0.1:9', reasons[0]]]);
  });

  it('does not wait for a host that takes the connection and never answers', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const { port } = silent.address() as { port: number };
    const origins = createOrigins({ TUNE_ORIGIN_HELM: `http://127.0.0.1:${port}` }, { timeoutMs: 50 });
    expect(await origins.whyUnreachable('helm')).toBe('no answer within 0.05 s');
  });
});

describe('variableOf', () => {
  it('spells an origin as an environment variable', () => {
    expect(variableOf('githubApi')).toBe('TUNE_ORIGIN_GITHUB_API');
  });
});
