import { componentFailed } from './component-failed.ts';
import { KubeApiError, type KubeRequests } from './kube-api.ts';
import { startLimitMs, startLimitSeconds } from './start-limit.ts';
import { waitUntil } from './wait-until.ts';

interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** Plural in the path of each kind the sandbox creates. */
const plurals: Readonly<Record<string, string>> = {
  APIService: 'apiservices',
  Deployment: 'deployments',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  Namespace: 'namespaces',
  Node: 'nodes',
  Secret: 'secrets',
  Service: 'services',
};

/**
 * Creates them one after the other: a namespace must be there before what lies in it.
 *
 * @throws TuneError SANDBOX_NOT_STARTED when the API server does not come to it, KubeApiError when it refuses
 */
export async function createObjects(
  api: KubeRequests,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const object of objects) await createObject(api, object, signal);
}

/** On a busy machine a request may be cut off or turned away, also after it did its work. */
async function createObject(api: KubeRequests, object: KubeObject, signal: AbortSignal): Promise<void> {
  const path = collectionPath(object);
  let isRetry = false;
  const create = async () => {
    try {
      await api.create(path, object, signal);
    } catch (error) {
      if (!(isRetry && error instanceof KubeApiError && error.status === 409)) throw error;
    } finally {
      isRetry = true;
    }
    return true;
  };
  await waitUntil(create, {
    timeoutMs: startLimitMs,
    everyMs: 200,
    signal,
    isFinal: (error) => error instanceof KubeApiError && error.status < 500 && error.status !== 429,
    onTimeout: (cause) =>
      componentFailed(
        'kube-apiserver',
        `did not create ${object.kind} ${object.metadata?.name} within ${startLimitSeconds} s: ${String(cause)}`,
        null,
        cause,
      ),
  });
}

/**
 * @example collectionPath({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'dify' } })
 * // '/apis/apps/v1/namespaces/dify/deployments'
 */
export function collectionPath({ apiVersion = '', kind = '', metadata }: KubeObject): string {
  const plural = plurals[kind];
  if (plural === undefined) throw new Error(`no path known for objects of kind ${kind}`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata?.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${namespace}/${plural}`;
}
