/** The knowledge part of the Service API: datasets, documents, indexing. */
import { z } from 'zod';
import { computeAt } from '../model/place.ts';
import { type Task, until } from '../model/task.ts';
import { encodeCeleryMessage, indexingQueue } from '../queue/celery-message.ts';
import { tenantId } from '../wire/apps.ts';
import { datasetReply, documentReply, indexingStatusReply, retrieveReply } from '../wire/dataset-replies.ts';
import type { JsonReply } from '../wire/exchange.ts';
import type { Dataset } from './datasets.ts';
import type { Dify, Visit } from './dify.ts';
import { invalidParam, missingFields, notFound } from './refusals.ts';

const documentSchema = z.object({
  name: z.string(),
  text: z.string(),
  doc_form: z.string().default('text_model'),
});
const retrieveSchema = z.object({
  query: z.string(),
  retrieval_model: z.object({ top_k: z.number().default(2) }).default({ top_k: 2 }),
});
const noContent: JsonReply = { status: 204, body: null };

/** `path` below /v1/datasets, in parts. */
export function* answerDatasets(dify: Dify, visit: Visit, parts: readonly string[]): Task {
  const { request, exchange, place } = visit;
  const isCreation = request.method === 'POST' && parts[1] === 'document';
  const { indexing, read } = dify.world.cpuMs;
  yield* until(computeAt(place, isCreation ? indexing.createByText : read));
  exchange.json(replyTo(dify, visit, parts));
}

function replyTo(dify: Dify, visit: Visit, [id, ...rest]: readonly string[]): JsonReply {
  const { request } = visit;
  if (id === undefined) return replyToCollection(dify, visit);
  const dataset = dify.datasets.find(id);
  if (!dataset) return notFound('Dataset not found.', request.path, guessesOf(request.path));
  if (rest.length === 0 && request.method === 'DELETE')
    return dify.datasets.delete(id) ? noContent : noRoute(visit);
  if (rest[0] === 'document' && /^create[-_]by[-_]text$/.test(rest[1] ?? ''))
    return createDocument(dify, visit, dataset);
  if (rest[0] === 'retrieve') return retrieve(visit, dataset);
  if (rest[0] === 'documents') return replyToDocuments(visit, dataset, rest.slice(1));
  return noRoute(visit);
}

function replyToCollection(dify: Dify, { request }: Visit): JsonReply {
  if (request.method === 'POST') {
    const parsed = z.object({ name: z.string().min(1).max(40) }).safeParse(request.body);
    if (!parsed.success) return missingFields('DatasetCreatePayload', ['name'], '{}');
    return { status: 200, body: datasetReply(dify.datasets.create(parsed.data.name), false) };
  }
  const datasets = dify.datasets.list();
  const { page, limit, slice, hasMore } = pageOf(datasets, request.query);
  const data = slice.map((dataset) => datasetReply(dataset, true));
  return { status: 200, body: { data, has_more: hasMore, limit, total: datasets.length, page } };
}

function createDocument(dify: Dify, { request, place }: Visit, dataset: Dataset): JsonReply {
  const parsed = documentSchema.safeParse(request.body);
  if (!parsed.success) return invalidParam('name and text are required');
  const { name, text, doc_form: form } = parsed.data;
  const document = dify.datasets.addDocument(dataset, { name, text, form });
  const payload = JSON.stringify({
    tenant_id: tenantId,
    dataset_id: dataset.id,
    document_ids: [document.id],
  });
  dify.broker.enqueue(indexingQueue, encodeCeleryMessage(indexingQueue, payload, place.podName));
  return { status: 200, body: { document: documentReply(document), batch: document.batch } };
}

/** Finds what is indexed, whatever was asked: a load test pays for a search, it does not judge it. */
function retrieve({ request }: Visit, dataset: Dataset): JsonReply {
  const parsed = retrieveSchema.safeParse(request.body);
  if (!parsed.success) return invalidParam('query is required');
  const indexed = [...dataset.documents.values()].filter(({ status }) => status === 'completed');
  const { query, retrieval_model: model } = parsed.data;
  return { status: 200, body: retrieveReply(query, indexed.slice(0, model.top_k)) };
}

function replyToDocuments({ request }: Visit, dataset: Dataset, [id, action]: readonly string[]): JsonReply {
  const documents = [...dataset.documents.values()];
  if (id === undefined) {
    const keyword = request.query.get('keyword') ?? '';
    const found = documents.filter(({ name }) => name.includes(keyword)).toReversed();
    const { page, limit, slice, hasMore } = pageOf(found, request.query);
    const data = slice.map((document) => documentReply(document));
    return { status: 200, body: { data, has_more: hasMore, limit, total: found.length, page } };
  }
  if (action === 'indexing-status') {
    const batch = documents.filter((document) => document.batch === id);
    if (batch.length === 0) return notFound('Documents not found.', request.path, []);
    return { status: 200, body: { data: batch.map((document) => indexingStatusReply(document)) } };
  }
  if (request.method === 'DELETE' && dataset.documents.delete(id)) return noContent;
  return notFound('Document Not Exists.', request.path, []);
}

function noRoute({ request }: Visit): JsonReply {
  return notFound('The requested URL was not found on the server.', request.path, []);
}

/** Flask guesses at routes that look like the one asked for. */
function guessesOf(path: string): string[] {
  if (!path.endsWith('/document/create-by-text')) return [];
  const routes = ['create-by-text', 'create_by_text', 'create-by-file'];
  return routes.map((route) => `/v1/datasets/<uuid:dataset_id>/document/${route}`);
}

function pageOf<T>(items: readonly T[], query: URLSearchParams) {
  const page = Math.max(1, Number(query.get('page') ?? 1) || 1);
  const limit = Math.min(100, Math.max(1, Number(query.get('limit') ?? 20) || 20));
  const slice = items.slice((page - 1) * limit, page * limit);
  return { page, limit, slice, hasMore: page * limit < items.length };
}
