import { describe, expect, it } from 'vitest';
import { needsReadyAt, readyAtAnnotation, startPods } from './pod-starter.ts';

interface PodOptions {
  readonly phase?: string;
  readonly deletionTimestamp?: string;
  readonly annotations?: Record<string, string>;
}

function pod(name: string, { phase = 'Running', ...metadata }: PodOptions = {}) {
  return {
    metadata: {
      uid: name,
      name,
      namespace: 'dify',
      labels: { component: 'api' },
      annotations: {},
      ...metadata,
    },
    status: { phase },
  };
}

describe('a pod is given the moment it becomes Ready', () => {
  it.each([
    { name: 'when it runs', given: pod('a'), expected: true },
    { name: 'not before it runs', given: pod('a', { phase: 'Pending' }), expected: false },
    {
      name: 'not when it is on its way out',
      given: pod('a', { deletionTimestamp: '2026-11-22T21:00:00Z' }),
      expected: false,
    },
    {
      name: 'only once',
      given: pod('a', { annotations: { [readyAtAnnotation]: '2026-11-22T21:00:00Z' } }),
      expected: false,
    },
  ])('$name', ({ given, expected }) => {
    expect(needsReadyAt(given)).toBe(expected);
  });
});

describe('the pod starter', () => {
  /** An API with the pods of `listed`, then the events of each watch in turn, then silence until it is stopped. */
  function fakeApi(listed: object[], watches: object[][]) {
    const stop = new AbortController();
    const patched: { path: string; readyAt: string }[] = [];
    const api = {
      get: async () => ({ metadata: { resourceVersion: '1' }, items: listed }),
      create: async () => ({}),
      patch: async (path: string, change: object) => {
        const { metadata } = change as { metadata: { annotations: Record<string, string> } };
        patched.push({ path, readyAt: metadata.annotations[readyAtAnnotation] ?? '' });
      },
      async *watch() {
        const events = watches.shift();
        if (events) yield* events;
        else stop.abort();
      },
    };
    return { api, patched, signal: stop.signal };
  }
  const drawn = { drawSeconds: () => 20, now: () => Date.parse('2026-11-22T21:00:00Z') };

  it('writes now and the drawn seconds to pods it lists and pods it sees come', async () => {
    const { api, patched, signal } = fakeApi([pod('listed')], [[{ type: 'ADDED', object: pod('seen') }]]);
    await startPods({ api, signal, ...drawn });
    const readyAt = '2026-11-22T21:00:20.000Z';
    expect(patched).toEqual([
      { path: '/api/v1/namespaces/dify/pods/listed', readyAt },
      { path: '/api/v1/namespaces/dify/pods/seen', readyAt },
    ]);
  });

  it('does not draw anew for a pod it sees again before its own annotation comes back', async () => {
    const again = { type: 'MODIFIED', object: pod('listed') };
    const { api, patched, signal } = fakeApi([pod('listed')], [[again, again], [again]]);
    await startPods({ api, signal, ...drawn });
    expect(patched).toHaveLength(1);
  });

  it('tries again after a patch that failed', async () => {
    const { api, patched, signal } = fakeApi([pod('listed')], [[]]);
    let failures = 1;
    const patch: typeof api.patch = async (path, change) => {
      if (failures-- > 0) throw new Error('the API server is away');
      await api.patch(path, change);
    };
    await startPods({ api: { ...api, patch }, signal, ...drawn });
    expect(patched).toHaveLength(1);
  });
});
