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
export function newestWarning(
  api: Pick<ApiClient, 'get'>,
  { namespace, name }: Pick<GroupPlace, 'namespace' | 'name'>,
  signal: AbortSignal,
): Promise<string | null> {
  // The Job itself, or those that k6-operator makes of a TestRun; pods tell of themselves.
  return newestAbout(api, namespace, (object) => object === name || isNumbered(object, name), signal);
}

/** What is wrong with the Job, or the pod, by which k6-operator begins the runners. */
export function newestWarningOfStarter(
  api: Pick<ApiClient, 'get'>,
  { namespace, name }: Pick<GroupPlace, 'namespace' | 'name'>,
  signal: AbortSignal,
): Promise<string | null> {
  return newestAbout(api, namespace, (object) => object.startsWith(`${name}-starter`), signal);
}

function isNumbered(object: string, name: string): boolean {
  return object.startsWith(`${name}-`) && /^\d+$/.test(object.slice(name.length + 1));
}

async function newestAbout(
  api: Pick<ApiClient, 'get'>,
  namespace: string,
  isMeant: (object: string) => boolean,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const fieldSelector = 'type=Warning';
    const { items } = eventsSchema.parse(
      await api.get(apiPaths.events(namespace), { query: { fieldSelector }, signal }),
    );
    const ours = items
      .filter(({ type, involvedObject }) => type === 'Warning' && isMeant(involvedObject.name))
      .sort((a, b) => (a.lastTimestamp ?? '').localeCompare(b.lastTimestamp ?? ''));
    const newest = ours.at(-1);
    return newest === undefined ? null : `${newest.reason}: ${newest.message}`;
  } catch {
    return null;
  }
}
