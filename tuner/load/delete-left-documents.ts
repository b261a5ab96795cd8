import { setTimeout as sleep } from 'node:timers/promises';
import { ownDocuments } from '../../scenarios/lib/documents.ts';
import type { LoadPlan } from '../contracts/load-plan.ts';

export interface LeftDocuments {
  readonly deleted: number;
  /** Still there when the time was up; null: the knowledge base could not be asked. */
  readonly left: number | null;
}

export interface DeleteOptions {
  readonly plan: Pick<LoadPlan, 'baseUrl' | 'run' | 'scenarios'>;
  /** API key of the knowledge base. */
  readonly key: string;
  /** After so long what is still there stays; default 20. */
  readonly mostSeconds?: number;
}

/**
 * Deletes the documents that a run has left in its knowledge base: k6 does so itself at its end, but a run that was
 * stopped ends it before it can. Found by the run's name at the beginning of theirs; no others are touched.
 */
export async function deleteLeftDocuments(options: DeleteOptions): Promise<LeftDocuments> {
  const { plan } = options;
  const datasets = new Set(plan.scenarios.flatMap(({ indexing }) => indexing?.datasetId ?? []));
  if (plan.run === undefined || datasets.size === 0) return { deleted: 0, left: 0 };
  const signal = AbortSignal.timeout((options.mostSeconds ?? 20) * 1000);
  let deleted = 0;
  let left: number | null = 0;
  for (const datasetId of datasets) {
    const base = `${plan.baseUrl.replace(/\/$/, '')}/datasets/${datasetId}/documents`;
    const found = await deleteThose({ base, prefix: `tune-${plan.run}-`, key: options.key, signal });
    deleted += found.deleted;
    left = left === null || found.left === null ? null : left + found.left;
  }
  return { deleted, left };
}

interface Place {
  readonly base: string;
  readonly prefix: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** What is refused is tried again: a document that is just being indexed, say. */
async function deleteThose(place: Place): Promise<LeftDocuments> {
  let deleted = 0;
  let ids: readonly string[] | null = null;
  try {
    for (;;) {
      ids = await listOwn(place);
      if (ids === null || ids.length === 0) return { deleted, left: ids === null ? null : 0 };
      let refused = 0;
      for (const id of ids) {
        if (await deleteOne(place, id)) deleted += 1;
        else refused += 1;
      }
      if (refused > 0) await sleep(500, undefined, { signal: place.signal });
    }
  } catch {
    // The time is up, or Dify has gone.
    return { deleted, left: ids?.length ?? null };
  }
}

const mostPages = 100;

/** @returns null: the answer was no list of documents */
async function listOwn({ base, prefix, key, signal }: Place): Promise<string[] | null> {
  const own: string[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const query = new URLSearchParams({ keyword: prefix, limit: '100', page: String(page) });
    const reply = await fetch(`${base}?${query}`, { headers: { authorization: `Bearer ${key}` }, signal });
    const found = ownDocuments(await reply.text(), prefix);
    if (found === null) return null;
    own.push(...found.ownIds);
    if (!found.hasMore) break;
  }
  return own;
}

async function deleteOne({ base, key, signal }: Place, id: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${key}` };
  const { status, body } = await fetch(`${base}/${id}`, { method: 'DELETE', headers, signal });
  await body?.cancel();
  return status === 404 || (status >= 200 && status < 300);
}
