import type { ApiClient } from '../../cluster/api-client.ts';
import { ApiError } from '../../cluster/api-error.ts';
import type { LoadSettings } from '../../contracts/load-settings.ts';
import { operatorTooOld } from './explain-runners.ts';
import {
  aliveUntilAnnotation,
  configMapOf,
  type GroupSpec,
  jobOf,
  type OwnerReference,
  secretOf,
  testRunOf,
} from './manifests.ts';
import { apiPaths } from './paths.ts';

type Api = Pick<ApiClient, 'post' | 'patch' | 'delete' | 'context'>;
export type GroupKind = 'job' | 'k6-operator';

/** Of what a group is made, by `load.runner`. */
export function kindOf({ runner }: LoadSettings): GroupKind {
  return runner === 'k6-operator' ? 'k6-operator' : 'job';
}

/** The objects of a group of runners in the cluster. */
export interface GroupObjects {
  readonly name: string;
  readonly namespace: string;
  /** Renews what says that somebody follows the load; without it the runners end. */
  keepAlive(until: string, signal: AbortSignal): Promise<void>;
  /** Removes them all, each once; what is gone already is no failure. @returns what could not be removed */
  remove(): Promise<string[]>;
}

/**
 * Makes ConfigMap, Secret and Job (or TestRun), in this order, and hangs each on the next: what a killed tune leaves
 * behind goes with the Job, and the Job goes when its time is over.
 *
 * @throws ApiError, TuneError K6_OPERATOR_TOO_OLD; what was made until then is removed
 */
export async function createGroup(
  api: Api,
  kind: GroupKind,
  { spec, signal }: { spec: GroupSpec; signal: AbortSignal },
): Promise<GroupObjects> {
  const { namespace, name } = spec;
  const objects = groupObjects(api, kind, spec);
  try {
    const configMap = await api.post(apiPaths.configMaps(namespace), configMapOf(spec), { signal });
    const ownedByConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', name, uid: uidOf(configMap) };
    await api.post(apiPaths.secrets(namespace), secretOf(spec, ownedByConfigMap), { signal });
    const root = rootOf(kind, spec);
    const made = await api.post(root.path, root.manifest, { signal });
    if (kind === 'k6-operator' && !hasNoInitializer(made)) throw operatorTooOld(api.context);
    const owner: OwnerReference = { ...root.reference, name, uid: uidOf(made) };
    await api.patch(
      `${apiPaths.configMaps(namespace)}/${name}`,
      { metadata: { ownerReferences: [owner] } },
      { signal },
    );
    return objects;
  } catch (thrown) {
    await objects.remove();
    throw thrown;
  }
}

function rootOf(kind: GroupKind, spec: GroupSpec) {
  return kind === 'job'
    ? {
        path: apiPaths.jobs(spec.namespace),
        manifest: jobOf(spec),
        reference: { apiVersion: 'batch/v1', kind: 'Job' },
      }
    : {
        path: apiPaths.testRuns(spec.namespace),
        manifest: testRunOf(spec),
        reference: { apiVersion: 'k6.io/v1alpha1', kind: 'TestRun' },
      };
}

function groupObjects(api: Api, kind: GroupKind, spec: GroupSpec): GroupObjects {
  const { namespace, name } = spec;
  const root = rootOf(kind, spec);
  return {
    name,
    namespace,
    async keepAlive(until, signal) {
      await api.patch(
        `${root.path}/${name}`,
        { metadata: { annotations: { [aliveUntilAnnotation]: until } } },
        { signal },
      );
    },
    remove: () =>
      removeAll(api, [
        { what: `${root.reference.kind} ${namespace}/${name}`, path: `${root.path}/${name}` },
        { what: `Secret ${namespace}/${name}`, path: `${apiPaths.secrets(namespace)}/${name}` },
        { what: `ConfigMap ${namespace}/${name}`, path: `${apiPaths.configMaps(namespace)}/${name}` },
      ]),
  };
}

/** With their pods: a Job's are left behind by the API server's own default. */
export const withDependents = { propagationPolicy: 'Background' };
const attempts = 3;

async function removeAll(
  api: Api,
  objects: readonly { readonly what: string; readonly path: string }[],
): Promise<string[]> {
  const left: string[] = [];
  for (const { what, path } of objects) {
    if (!(await remove(api, path))) left.push(what);
  }
  return left;
}

async function remove(api: Api, path: string): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await api.delete(path, { timeoutMs: 5_000 }, withDependents);
      return true;
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 404) return true;
    }
  }
  return false;
}

/** An API server drops fields that a CustomResourceDefinition does not name. */
function hasNoInitializer(testRun: unknown): boolean {
  const { spec } = testRun as { spec?: { initializer?: { disabled?: unknown } } };
  return spec?.initializer?.disabled === true;
}

function uidOf(object: unknown): string {
  const uid = (object as { metadata?: { uid?: unknown } }).metadata?.uid;
  if (typeof uid !== 'string') throw new Error('the API server made an object without a uid');
  return uid;
}
