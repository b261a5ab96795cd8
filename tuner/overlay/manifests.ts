import { parseAllDocuments } from 'yaml';

/** Rendered objects by `Kind namespace/name`, in the order in which helm wrote them. */
export type Manifests = ReadonlyMap<string, unknown>;

interface KubernetesObject {
  readonly kind?: unknown;
  readonly metadata?: { readonly name?: unknown };
}

export function parseManifests(text: string): Manifests {
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null && object !== undefined);
  return new Map(objects.map((object) => [objectId(object), object]));
}

/** `Deployment my-dify-api`: what a reader of a diff needs; a release renders into one namespace. */
export function objectId(object: unknown): string {
  const { kind, metadata } = object as KubernetesObject;
  return `${String(kind)} ${String(metadata?.name)}`;
}

/**
 * Every field at which two renderings differ, as `Deployment my-dify-api: spec.replicas`; an object that only
 * one of them has is one difference.
 */
export function differences(before: Manifests, after: Manifests): string[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  return ids.flatMap((id) => {
    if (!before.has(id)) return [`${id}: appears`];
    if (!after.has(id)) return [`${id}: disappears`];
    return differingPaths(before.get(id), after.get(id), '').map((path) => `${id}: ${path}`);
  });
}

function differingPaths(before: unknown, after: unknown, path: string): string[] {
  if (Object.is(before, after)) return [];
  if (!isTree(before) || !isTree(after)) return [path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differingPaths(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
