import { sleep } from 'k6';
import http from 'k6/http';
import { ownDocuments } from './documents.ts';
import type { PreparedScenario, PreparedScenarios } from './read-plan.ts';

/** Below k6's teardownTimeout. */
const mostSeconds = 50;
const mostPages = 50;

/**
 * Deletes what iterations that were cut off have left in the knowledge base: documents whose names begin as this
 * runner's do. Bounded in time; what cannot be deleted is said.
 */
export function deleteLeftDocuments(scenarios: PreparedScenarios): void {
  const until = Date.now() + mostSeconds * 1000;
  for (const prepared of Object.values(scenarios)) {
    if (prepared.kind !== 'indexing') continue;
    let left = findOwn(prepared);
    while (left !== null && left.length > 0 && Date.now() < until) {
      const refused = left.filter((id) => Date.now() < until && !deleteOne(prepared, id));
      if (refused.length > 0) sleep(1);
      left = findOwn(prepared);
    }
    if (left === null || left.length > 0) {
      console.warn(
        `documents named ${prepared.documentPrefix}… may be left in knowledge base ${prepared.indexing?.datasetId}`,
      );
    }
  }
}

/** @returns null: the list could not be read */
function findOwn(prepared: PreparedScenario): readonly string[] | null {
  const { documentPrefix } = prepared;
  const own: string[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const query = `keyword=${encodeURIComponent(documentPrefix)}&limit=100&page=${page}`;
    const { body } = http.get(`${documentsUrl(prepared)}?${query}`, params(prepared));
    const found = ownDocuments(typeof body === 'string' ? body : '', documentPrefix);
    if (found === null) return null;
    own.push(...found.ownIds);
    if (!found.hasMore) break;
  }
  return own;
}

function deleteOne(prepared: PreparedScenario, id: string): boolean {
  const { status } = http.del(`${documentsUrl(prepared)}/${id}`, null, params(prepared));
  return status === 404 || (status >= 200 && status < 300);
}

function documentsUrl({ baseUrl, indexing }: PreparedScenario): string {
  return `${baseUrl}/datasets/${indexing?.datasetId}/documents`;
}

function params({ key }: PreparedScenario) {
  return { headers: { Authorization: `Bearer ${key}` }, timeout: '10s', tags: { name: 'teardown' } };
}
