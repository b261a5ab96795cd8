import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiClient } from './api-client.ts';
import { followObjects } from './follow-objects.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { FakeApiServer } from './testing/fake-api-server.ts';

const pods = '/api/v1/namespaces/dify/pods';
const pod = (name: string, phase: string) => ({ metadata: { name, labels: { app: 'api' } }, phase });
let server: FakeApiServer;
let api: ApiClient;
let stop: AbortController;
let seen: string[];

beforeEach(async () => {
  server = await new FakeApiServer().start();
  server.put(pods, pod('a', 'Pending'));
  api = new ApiClient(loadKubeconfig({ kubeconfig: server.kubeconfig() }));
  stop = new AbortController();
  seen = [];
});
afterEach(async () => {
  stop.abort();
  api.close();
  await server.dispose();
});

function follow() {
  const text = (object: unknown) => {
    const { metadata, phase } = object as ReturnType<typeof pod>;
    if (phase === 'unreadable') throw new Error('no such phase');
    return `${metadata.name} ${phase}`;
  };
  return followObjects(api, {
    path: pods,
    labelSelector: 'app=api',
    signal: stop.signal,
    onChange: (object, isFirstList) => seen.push(`${isFirstList ? 'listed' : 'changed'} ${text(object)}`),
    onGone: (object) => seen.push(`gone ${text(object)}`),
    onDown: (reason) => seen.push(`down ${reason}`),
    onUp: () => seen.push('up'),
  });
}
const soon = { timeout: 5_000, interval: 10 };

describe('followObjects', () => {
  it('tells what is there, then each change within a moment', async () => {
    const follower = follow();
    await follower.ready;
    expect(seen).toEqual(['listed a Pending', 'up']);
    server.put(pods, pod('a', 'Running'));
    server.put(pods, { ...pod('b', 'Running'), metadata: { name: 'b', labels: { app: 'worker' } } });
    server.remove(pods, 'a');
    await vi.waitFor(() => expect(seen.slice(2)).toEqual(['changed a Running', 'gone a Running']), soon);
  });

  it('goes on where it was when the server comes back, without losing what happened meanwhile', async () => {
    const follower = follow();
    await follower.ready;
    await server.stop();
    await vi.waitFor(() => expect(seen.at(-1)).toMatch(/^down watching .* got no answer/), soon);
    expect(follower.isUp()).toBe(false);
    server.put(pods, pod('c', 'Pending'));
    server.put(pods, pod('c', 'Running'));
    await server.start();
    await vi.waitFor(() => expect(seen.at(-1)).toBe('changed c Running'), soon);
    expect(seen).toContain('changed c Pending');
    expect(seen.filter((text) => text.startsWith('down'))).toHaveLength(1);
    expect(follower.isUp()).toBe(true);
  });

  it('lists again when its place in history is gone, and tells what went meanwhile', async () => {
    await follow().ready;
    await server.stop();
    server.remove(pods, 'a');
    server.put(pods, pod('d', 'Running'));
    server.oldestVersion = 1003;
    await server.start();
    await vi.waitFor(() => expect(seen).toContain('changed d Running'), soon);
    expect(seen).toContain('gone a Pending');
  });

  it('says why when it may not watch', async () => {
    server.answer(pods, 403);
    await follow().ready;
    expect(seen).toEqual([`down GET ${pods} answered 403 Forbidden: fake 403`]);
  });

  it('does not swallow an object that nobody can read', async () => {
    await follow().ready;
    server.put(pods, pod('e', 'unreadable'));
    await vi.waitFor(() => expect(seen.at(-1)).toContain('cannot be read: no such phase'), soon);
  });

  it('asks nothing more once it is stopped', async () => {
    await follow().ready;
    stop.abort();
    await server.stop();
    await server.start();
    const before = server.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(server.requests.length).toBe(before);
  });
});
