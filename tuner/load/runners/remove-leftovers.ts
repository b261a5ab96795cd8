import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ApiClient } from '../../cluster/api-client.ts';
import { ApiError } from '../../cluster/api-error.ts';
import { exitCodes, TuneError } from '../../errors.ts';
import { withDependents } from './group-objects.ts';
import { ownerIsGone } from './group-owner.ts';
import { aliveUntilAnnotation, groupLabel, managedBy, ownerAnnotation } from './manifests.ts';
import { apiPaths } from './paths.ts';

export interface LeftoverOptions {
  readonly api: Pick<ApiClient, 'get' | 'delete' | 'context'>;
  readonly namespace: string;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
  /** So long a group may go without a sign of life; default: somewhat over the period in which it gives one. */
  readonly patienceMs?: number;
}

/** How often a run says that it still follows its runners. */
export const signOfLifeMs = 20_000;

interface Group {
  readonly name: string;
  readonly path: string;
  readonly owner: string;
  /** Changes as long as somebody follows the group. */
  readonly aliveUntil: string;
}

const listSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({
        name: z.string(),
        annotations: z.record(z.string(), z.string()).default({}),
        ownerReferences: z.array(z.looseObject({})).default([]),
        deletionTimestamp: z.string().optional(),
      }),
    }),
  ),
});

/**
 * Removes the runners that a killed tune has left in a namespace. A group whose sign of life is renewed belongs to
 * somebody, who is not disturbed.
 *
 * @throws TuneError RUNNERS_BUSY, exit 3
 */
export async function removeLeftovers(options: LeftoverOptions): Promise<void> {
  const { signal, say, patienceMs = signOfLifeMs * 1.5 } = options;
  const found = await findGroups(options);
  const doubtful = found.filter(({ owner }) => !ownerIsGone(owner));
  if (doubtful.length > 0) {
    say(
      `waiting up to ${Math.ceil(patienceMs / 1000)} s: are the runners ${namesOf(doubtful)} still followed`,
    );
    await sleep(patienceMs, undefined, { signal });
    const now = await findGroups(options);
    const alive = now.filter(({ name, aliveUntil }) =>
      doubtful.some((before) => before.name === name && before.aliveUntil !== aliveUntil),
    );
    if (alive.length > 0) throw busy(alive, options);
  }
  for (const { name, path } of found) {
    await removeIfThere(options, path);
    say(`removed what an earlier run has left behind: ${name}`);
  }
}

/** Jobs and TestRuns, and ConfigMaps that never got either. */
async function findGroups(options: LeftoverOptions): Promise<Group[]> {
  const { namespace } = options;
  const roots = await Promise.all([
    list(options, apiPaths.jobs(namespace)),
    list(options, apiPaths.testRuns(namespace)),
    list(options, apiPaths.configMaps(namespace)),
  ]);
  return roots.flat();
}

async function list({ api, signal }: LeftoverOptions, path: string): Promise<Group[]> {
  const labelSelector = [...Object.entries(managedBy).map((pair) => pair.join('=')), groupLabel].join(',');
  try {
    const { items } = listSchema.parse(await api.get(path, { query: { labelSelector }, signal }));
    return items
      .filter(
        ({ metadata }) => metadata.ownerReferences.length === 0 && metadata.deletionTimestamp === undefined,
      )
      .map(({ metadata: { name, annotations } }) => ({
        name,
        path: `${path}/${name}`,
        owner: annotations[ownerAnnotation] ?? '',
        aliveUntil: annotations[aliveUntilAnnotation] ?? '',
      }));
  } catch (thrown) {
    // No such kind in this cluster, or none that we may see: then we have made none.
    if (thrown instanceof ApiError && (thrown.status === 404 || thrown.status === 403)) return [];
    throw thrown;
  }
}

async function removeIfThere({ api, signal }: LeftoverOptions, path: string): Promise<void> {
  try {
    await api.delete(path, { signal }, withDependents);
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.status === 404)) throw thrown;
  }
}

function namesOf(groups: readonly Group[]): string {
  return groups.map(({ name, owner }) => `${name} (${owner || 'owner unknown'})`).join(', ');
}

function busy(alive: readonly Group[], { namespace, api }: LeftoverOptions): TuneError {
  return new TuneError({
    code: 'RUNNERS_BUSY',
    message: `another tune loads from namespace ${namespace}: ${namesOf(alive)}`,
    why: 'two loads at a time would measure each other',
    next: `wait for its end, or end it: kubectl --context ${api.context} -n ${namespace} delete ${alive[0]?.path.split('/').slice(-2).join('/')}`,
    exitCode: exitCodes.unreachable,
  });
}
