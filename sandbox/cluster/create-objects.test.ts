import { describe, expect, it } from 'vitest';
import { createObjects } from './create-objects.ts';
import { KubeApiError, type KubeRequests } from './kube-api.ts';

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dify' } };

/** An API server that answers each POST with the next of these. */
function answering(...answers: (Error | null)[]) {
  const created: string[] = [];
  const api = {
    create: async (path: string) => {
      created.push(path);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return {};
    },
  } as unknown as KubeRequests;
  return { created, run: () => createObjects(api, [namespace], new AbortController().signal) };
}
const refused = (status: number) => new KubeApiError('POST', '/api/v1/namespaces', status, 'no');

describe('creating objects', () => {
  it.each([
    { name: 'was cut off', given: new Error('socket hang up') },
    { name: 'was turned away', given: refused(429) },
    { name: 'found etcd busy', given: refused(500) },
  ])('repeats a request that $name', async ({ given }) => {
    const { created, run } = answering(given, null);
    await run();
    expect(created).toEqual(['/api/v1/namespaces', '/api/v1/namespaces']);
  });

  it('takes "already there" for done after a request whose answer was lost', async () => {
    const { run } = answering(new Error('socket hang up'), refused(409));
    await expect(run()).resolves.toBeUndefined();
  });

  it.each([409, 422])('does not repeat what is refused for good (%i)', async (status) => {
    const { created, run } = answering(refused(status), null);
    await expect(run()).rejects.toMatchObject({ status });
    expect(created).toHaveLength(1);
  });
});
