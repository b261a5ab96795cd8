import { sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { call } from './call.ts';
import { documentText } from './dify-body.ts';
import { createdIn, indexingOutcome } from './documents.ts';
import type { PreparedScenario } from './read-plan.ts';
import { type RunAnswer, send } from './send.ts';

/** One a document, when it is known what became of it. */
const documents = new Counter('documents');
/** From the moment the arrival was due to the poll that found it so. */
const timeToIndexed = new Trend('time_to_indexed_ms', true);

const endpoint = { endpoint: 'indexing' };
const deletions = 3;

/** Puts a document into the knowledge base, waits until it is indexed, and deletes it. */
export function runIndexing(
  prepared: PreparedScenario,
  iteration: number,
  check: (answer: Pick<RunAnswer, 'outcome'>) => void,
): void {
  const answer = createDocument(prepared, iteration);
  const created = createdIn(answer.firstData);
  if (answer.outcome !== 'ok' || created === null) {
    documents.add(1, { ...endpoint, outcome: answer.outcome === 'ok' ? 'incomplete' : answer.outcome });
    check(answer);
    return;
  }
  const createdAtMs = Date.now();
  const outcome = waitUntilIndexed(prepared, created);
  const tags = { ...endpoint, outcome };
  documents.add(1, tags);
  timeToIndexed.add(answer.durationMs + Date.now() - createdAtMs, tags);
  check({ outcome });
  deleteDocument(prepared, created.documentId);
}

function createDocument(prepared: PreparedScenario, iteration: number): RunAnswer {
  const { indexing, documentPrefix, name } = prepared;
  return send({
    prepared,
    endpoint: 'create-by-text',
    path: `datasets/${indexing?.datasetId}/document/create-by-text`,
    body: JSON.stringify({
      // A name that exists would overwrite its document.
      name: `${documentPrefix}${name}-${iteration}`,
      text: documentText(prepared, iteration),
      indexing_technique: indexing?.indexingTechnique,
      doc_form: 'text_model',
      doc_language: 'English',
      process_rule: { mode: 'automatic' },
    }),
    expect: 'json',
    terminal: [],
    isFirst: true,
    stopAfterTokens: undefined,
  });
}

interface Created {
  readonly documentId: string;
  readonly batch: string;
}

/** A poll that fails says nothing of the document: the next one is asked, until the time is up. */
function waitUntilIndexed(prepared: PreparedScenario, { documentId, batch }: Created): string {
  const { pollSeconds = 1, timeoutSeconds = 300, datasetId } = prepared.indexing ?? {};
  const until = Date.now() + timeoutSeconds * 1000;
  while (Date.now() < until) {
    sleep(pollSeconds);
    const { body, status } = call(
      'GET',
      `${prepared.baseUrl}/datasets/${datasetId}/documents/${batch}/indexing-status`,
      { key: prepared.key, endpoint: 'indexing-status', timeoutSeconds: prepared.requestTimeoutSeconds },
    );
    const outcome = indexingOutcome(status, body, documentId);
    if (outcome !== null) return outcome;
  }
  return 'timed_out';
}

/** What is refused (a document that is still being worked on, say) is tried again, and at last left to the teardown. */
function deleteDocument(prepared: PreparedScenario, documentId: string): void {
  for (let attempt = 0; attempt < deletions; attempt++) {
    const { status } = call(
      'DELETE',
      `${prepared.baseUrl}/datasets/${prepared.indexing?.datasetId}/documents/${documentId}`,
      { key: prepared.key, endpoint: 'delete-document', timeoutSeconds: prepared.requestTimeoutSeconds },
    );
    if ((status >= 200 && status < 300) || status === 404) return;
    sleep(1);
  }
}
