import { z } from 'zod';
import type { ApiClient } from '../../cluster/api-client.ts';
import type { GroupPlace } from './explain-runners.ts';
import { apiPaths } from './paths.ts';

const eventsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      type: z.string().default('Normal'),
      reason: z.string().default(''),
      message: z.string().default(''),
      lastTimestamp: z.string().nullish(),
      involvedObject: z.looseObject({ name: z.string().default('') }).prefault({}),
    }),
  ),
});

/** What the cluster says is wrong with a group's Job or TestRun; null: nothing, or it does not tell. */
export async function newestWarning(
  api: Pick<ApiClient, 'get'>,
  { namespace, name }: Pick<GroupPlace, 'namespace' | 'name'>,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const fieldSelector = 'type=Warning';
    const { items } = eventsSchema.parse(
      await api.get(apiPaths.events(namespace), { query: { fieldSelector }, signal }),
    );
    const ours = items
      .filter(({ type, involvedObject }) => type === 'Warning' && isOf(involvedObject.name, name))
      .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''));
    const newest = ours.at(-1);
    return newest === undefined ? null : `${newest.reason}: ${newest.message}`;
  } catch {
    return null;
  }
}

/** The Job itself, or those that k6-operator makes of a TestRun; pods tell of themselves. */
function isOf(object: string, name: string): boolean {
  return object === name || (object.startsWith(`${name}-`) && /^\d+$/.test(object.slice(name.length + 1)));
}
