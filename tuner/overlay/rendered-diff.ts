import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';
import { type Manifests, objectId } from './manifests.ts';
import type { Proof } from './prove-overlay.ts';

/**
 * What changes in the cluster, object by object, as a unified diff: the chart with the overlay and the
 * companion manifests, against the chart with the values in force.
 *
 * Fields that differ at every rendering (made-up passwords) are left out: they say nothing about the overlay.
 */
export function renderedDiff(
  { before, after, restless }: Pick<Proof, 'before' | 'after' | 'restless'>,
  companions: readonly object[],
): string {
  const whole: Manifests = new Map([
    ...after,
    ...companions.map((object) => [objectId(object), object] as const),
  ]);
  const ids = [...new Set([...before.keys(), ...whole.keys()])];
  return ids
    .map((id) => {
      const [old, now] = [before, whole].map((manifests) =>
        manifests.has(id) ? stringify(withoutRestless(manifests.get(id), `${id}: `, restless)) : '',
      );
      return old === now ? '' : patch(id, old ?? '', now ?? '');
    })
    .join('');
}

function patch(id: string, before: string, after: string): string {
  const text = createTwoFilesPatch(
    before === '' ? '/dev/null' : `before/${id}`,
    after === '' ? '/dev/null' : `after/${id}`,
    before,
    after,
    undefined,
    undefined,
    { context: 4 },
  );
  // The separator line that jsdiff writes first belongs to Subversion's format.
  return text.replace(/^=+\n/, '');
}

function withoutRestless(value: unknown, path: string, restless: ReadonlySet<string>): unknown {
  if (restless.has(path)) return undefined;
  if (typeof value !== 'object' || value === null) return value;
  const separator = path.endsWith(': ') ? '' : '.';
  const child = (key: string | number, below: unknown) =>
    withoutRestless(below, `${path}${separator}${key}`, restless);
  return Array.isArray(value)
    ? value.map((below, index) => child(index, below))
    : Object.fromEntries(Object.entries(value).map(([key, below]) => [key, child(key, below)]));
}
