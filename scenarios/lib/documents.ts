import { objectOf, parseJson } from './outcomes.ts';

/** What Dify says of documents, as far as indexing looks at it. */

/** @returns null where the reply to create-by-text names no document */
export function createdIn(body: string): { documentId: string; batch: string } | null {
  const reply = objectOf(parseJson(body));
  const documentId = objectOf(reply?.document)?.id;
  const batch = reply?.batch;
  return typeof documentId === 'string' && typeof batch === 'string' ? { documentId, batch } : null;
}

/**
 * What became of a document, by a reply to indexing-status.
 *
 * @returns `ok`, `indexing_error`, `indexing_paused`, `document_lost`; null: it is still being worked on, or the reply
 *   does not tell
 */
export function indexingOutcome(status: number, body: string, documentId: string): string | null {
  if (status === 404) return 'document_lost';
  const listed = objectOf(parseJson(body))?.data;
  if (status !== 200 || !Array.isArray(listed)) return null;
  const found = listed.map(objectOf).find((each) => each?.id === documentId);
  switch (found?.indexing_status) {
    case 'completed':
      return 'ok';
    case 'error':
      return 'indexing_error';
    case 'paused':
      return 'indexing_paused';
  }
  return null;
}

export interface DocumentPage {
  /** Those whose names begin as asked. */
  readonly ownIds: readonly string[];
  readonly hasMore: boolean;
}

/**
 * The documents on one page of a knowledge base's list that a run has made, and no others.
 *
 * @returns null where the body is no such list
 */
export function ownDocuments(body: string, prefix: string): DocumentPage | null {
  const reply = objectOf(parseJson(body));
  const listed = reply?.data;
  if (!Array.isArray(listed)) return null;
  const own = listed.map(objectOf).filter((each) => String(each?.name ?? '').startsWith(prefix));
  return { ownIds: own.map((each) => String(each?.id)), hasMore: reply?.has_more === true };
}
