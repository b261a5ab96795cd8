import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadPlan } from '../contracts/load-plan.ts';
import { deleteLeftDocuments } from './delete-left-documents.ts';

/** A knowledge base as Dify lists it, with a document that resists deletion for some attempts. */
let server: Server;
let port: number;
let documents: Map<string, string>;
let refusals: number;

beforeEach(async () => {
  documents = new Map();
  refusals = 0;
  server = createServer(({ method, url = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    if (headers.authorization !== 'Bearer dataset-key') return void response.writeHead(401).end('{}');
    if (method === 'DELETE') {
      if (refusals-- > 0) return void response.writeHead(400).end('{"code": "document_indexing"}');
      documents.delete(pathname.split('/').at(-1) ?? '');
      return void response.writeHead(204).end();
    }
    const page = Number(searchParams.get('page'));
    const limit = Number(searchParams.get('limit'));
    const found = [...documents]
      .filter(([, name]) => name.includes(searchParams.get('keyword') ?? ''))
      .map(([id, name]) => ({ id, name }));
    const data = found.slice((page - 1) * limit, page * limit);
    response.end(JSON.stringify({ data, has_more: page * limit < found.length }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function remove(options: { key?: string; mostSeconds?: number; run?: string } = {}) {
  const { key = 'dataset-key', mostSeconds = 5, run = 'r1' } = options;
  const plan = {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    run,
    scenarios: [{ kind: 'chat' }, { kind: 'indexing', indexing: { datasetId: 'd' } }],
  } as unknown as LoadPlan;
  return deleteLeftDocuments({ plan, key, mostSeconds });
}

describe('deleteLeftDocuments', () => {
  it('deletes what the run has made on any of its runners, and nothing else', async () => {
    for (let index = 0; index < 250; index++)
      documents.set(`own-${index}`, `tune-r1-${index % 2}-indexing-${index}`);
    documents.set('other', 'handbook about tune-r1-');
    documents.set('next', 'tune-r10-0-indexing-1');
    expect(await remove()).toEqual({ deleted: 250, left: 0 });
    expect([...documents.keys()]).toEqual(['other', 'next']);
  });

  it('tries again what is refused, and in the end says what is left', async () => {
    documents.set('busy', 'tune-r1-0-indexing-1');
    refusals = 1;
    expect(await remove()).toEqual({ deleted: 1, left: 0 });
    documents.set('stuck', 'tune-r1-0-indexing-2');
    refusals = 1_000;
    expect(await remove({ mostSeconds: 0.3 })).toEqual({ deleted: 0, left: 1 });
  });

  it('does not claim that nothing is left where it could not ask', async () => {
    documents.set('own', 'tune-r1-0-indexing-1');
    expect(await remove({ key: 'wrong' })).toEqual({ deleted: 0, left: null });
    server.closeAllConnections();
    server.close();
    expect(await remove({})).toEqual({ deleted: 0, left: null });
  });
});
