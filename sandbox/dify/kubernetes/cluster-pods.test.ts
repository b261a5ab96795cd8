import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeApi } from '../../cluster/kube-api.ts';
import { clusterPods } from './cluster-pods.ts';
import type { PodSource } from './pod-source.ts';

const pod = (uid: string, ready: boolean) => ({
  metadata: { uid, name: uid, labels: { component: 'api' } },
  spec: { containers: [{ name: 'api' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

/** An API server of scripted answers: one list and one list of events for each time the client comes. */
function scripted(visits: readonly { items: object[]; events: object[] }[]) {
  const asked: string[] = [];
  let visit = -1;
  const api = {
    get(path: string) {
      asked.push(path);
      visit += 1;
      const items = visits[visit]?.items ?? visits.at(-1)?.items ?? [];
      return Promise.resolve({ metadata: { resourceVersion: String(visit) }, items });
    },
    async *watch(path: string, signal: AbortSignal) {
      asked.push(path);
      yield* visits[visit]?.events ?? [];
      if (visit >= visits.length - 1) await sleep(60_000, undefined, { signal }).catch(() => {});
    },
  } as unknown as KubeApi;
  return { api, asked };
}

describe('clusterPods', () => {
  let source: PodSource | undefined;
  afterEach(() => source?.stop());

  async function follow(api: KubeApi): Promise<string[]> {
    const heard: string[] = [];
    source = clusterPods({ api, namespace: 'dify', release: 'my-dify', log: (line) => heard.push(line) });
    await source.start({
      seen: ({ uid, isReady }) => heard.push(`${uid} ${isReady ? 'ready' : 'not ready'}`),
      gone: (uid) => heard.push(`${uid} gone`),
    });
    return heard;
  }

  it('reports the pods of the release that exist before it says it has started', async () => {
    const { api, asked } = scripted([{ items: [pod('a', true)], events: [] }]);
    expect(await follow(api)).toEqual(['a ready']);
    expect(asked[0]).toBe(
      '/api/v1/namespaces/dify/pods?labelSelector=app.kubernetes.io%2Finstance%3Dmy-dify',
    );
  });

  it('follows changes and deletions', async () => {
    const { api } = scripted([
      {
        items: [pod('a', false)],
        events: [
          { type: 'MODIFIED', object: pod('a', true) },
          { type: 'ADDED', object: pod('b', false) },
          { type: 'DELETED', object: pod('a', true) },
        ],
      },
    ]);
    const heard = await follow(api);
    await expect.poll(() => heard).toEqual(['a not ready', 'a ready', 'b not ready', 'a gone']);
  });

  it('lists again after a broken watch and notices who is gone since', async () => {
    const { api } = scripted([
      { items: [pod('a', true), pod('b', true)], events: [{ type: 'ERROR', object: { code: 410 } }] },
      { items: [pod('b', true)], events: [] },
    ]);
    const heard = await follow(api);
    await expect.poll(() => heard, { timeout: 5000 }).toEqual(['a ready', 'b ready', 'b ready', 'a gone']);
  });

  it('goes on after an event that is no pod', async () => {
    const { api } = scripted([
      { items: [], events: [{ type: 'ADDED', object: { kind: 'Status' } }] },
      { items: [pod('b', true)], events: [] },
    ]);
    const heard = await follow(api);
    await expect.poll(() => heard.at(-1), { timeout: 5000 }).toBe('b ready');
    expect(heard[0]).toMatch(/^pods: /);
  });
});
