import type { KubeRequests } from './kube-api.ts';

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

/** Creates them one after the other: a namespace must be there before what lies in it. */
export async function createObjects(
  api: KubeRequests,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const object of objects) await api.create(collectionPath(object), object, signal);
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
