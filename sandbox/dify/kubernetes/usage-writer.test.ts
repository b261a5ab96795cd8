import { afterEach, describe, expect, it } from 'vitest';
import type { KubeApi } from '../../cluster/kube-api.ts';
import type { PodUsage } from '../model/pod-usage.ts';
import { startUsageWriter } from './usage-writer.ts';

interface Patch {
  readonly path: string;
  readonly change: unknown;
}

function fakeApi(answer: (path: string) => Promise<unknown> = () => Promise.resolve({})) {
  const patches: Patch[] = [];
  const state = { underWay: 0, mostUnderWay: 0 };
  const api = {
    async patch(path: string, change: unknown) {
      patches.push({ path, change });
      state.underWay += 1;
      state.mostUnderWay = Math.max(state.mostUnderWay, state.underWay);
      await answer(path).finally(() => {
        state.underWay -= 1;
      });
    },
  } as unknown as KubeApi;
  return { api, patches, state };
}

const usageOf = (name: string, cpuMillicores: number): PodUsage => ({
  name,
  cpuMillicores,
  memoryBytes: 500.4 * 1024 ** 2,
});

describe('startUsageWriter', () => {
  let stop = () => {};
  afterEach(() => stop());

  function start(api: KubeApi, measure: () => PodUsage[], log: (line: string) => void = () => {}) {
    stop = startUsageWriter({ api, namespace: 'dify', periodSeconds: 0.01, measure, log });
  }

  it("writes what a pod uses into the annotations kwok's metrics read", async () => {
    const { api, patches } = fakeApi();
    start(api, () => [usageOf('a', 250)]);
    await expect.poll(() => patches.length).toBeGreaterThan(0);
    expect(patches[0]).toEqual({
      path: '/api/v1/namespaces/dify/pods/a',
      change: {
        metadata: {
          annotations: { 'kwok.x-k8s.io/usage-cpu': '250m', 'kwok.x-k8s.io/usage-memory': '500Mi' },
        },
      },
    });
  });

  it('writes a pod again only when it uses something else', async () => {
    const { api, patches } = fakeApi();
    let rounds = 0;
    start(api, () => [usageOf('steady', 100), usageOf('busy', 100 + rounds++)]);
    await expect.poll(() => rounds).toBeGreaterThan(4);
    expect(patches.filter(({ path }) => path.endsWith('steady'))).toHaveLength(1);
    expect(patches.filter(({ path }) => path.endsWith('busy')).length).toBeGreaterThan(2);
  });

  it('keeps at most four patches under way', async () => {
    const { api, patches, state } = fakeApi(() => new Promise((resolve) => setTimeout(resolve, 5)));
    start(api, () => Array.from({ length: 20 }, (_, index) => usageOf(`p${index}`, index)));
    await expect.poll(() => patches.length).toBeGreaterThanOrEqual(20);
    expect(state.mostUnderWay).toBe(4);
  });

  it('goes on when a pod is gone by the time it is written', async () => {
    const lines: string[] = [];
    const { api, patches } = fakeApi((path) =>
      path.endsWith('gone') ? Promise.reject(new Error('404')) : Promise.resolve({}),
    );
    let cpu = 0;
    start(
      api,
      () => [usageOf('gone', 1), usageOf('there', cpu++)],
      (line) => lines.push(line),
    );
    await expect.poll(() => patches.filter(({ path }) => path.endsWith('there')).length).toBeGreaterThan(2);
    expect(lines[0]).toContain('usage of gone: Error: 404');
  });
});
