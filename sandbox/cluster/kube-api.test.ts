import { mkdtempSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubeApi, readKubeconfig } from './kube-api.ts';
import { writeKubeconfig } from './write-kubeconfig.ts';

const seen: { method: string | undefined; type: string | undefined; body: string }[] = [];
let api: KubeApi;
let stop: () => void;

/** A server that only the credentials of a written and re-read kubeconfig can talk to. */
beforeAll(async () => {
  const pair = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const server = createServer(
    { key: pair.private, cert: pair.cert, requestCert: true, rejectUnauthorized: false },
    answer,
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const folder = mkdtempSync(join(tmpdir(), 'kube-api-'));
  writeFileSync(join(folder, 'ca.crt'), pair.cert);
  writeFileSync(join(folder, 'admin.crt'), pair.cert);
  writeFileSync(join(folder, 'admin.key'), pair.private);
  const file = join(folder, 'kubeconfig.yaml');
  const { port } = server.address() as AddressInfo;
  writeKubeconfig({ file, context: 'sandbox-test', server: `https://127.0.0.1:${port}`, pki: folder });
  api = new KubeApi(readKubeconfig(file));
  stop = () => {
    api.close();
    server.closeAllConnections();
    server.close();
  };
});
afterAll(() => stop());

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  seen.push({ method: request.method, type: request.headers['content-type'], body });
  if (request.url === '/readyz') return void response.end('ok');
  response.setHeader('content-type', 'application/json');
  if (request.url === '/missing') return void response.writeHead(404).end('{"message":"not found"}');
  if (request.url?.includes('watch=1')) {
    response.write('{"type":"ADDED","object":{"n":1}}\n{"type":"MODI');
    return void setTimeout(() => response.end('FIED","object":{"n":2}}\n'), 20);
  }
  response.end(JSON.stringify({ path: request.url }));
}

describe('requests to the API server', () => {
  it('parse what is JSON and hand over what is text', async () => {
    expect(await api.get('/api/v1/nodes')).toEqual({ path: '/api/v1/nodes' });
    expect(await api.get('/readyz')).toBe('ok');
  });

  it('create with JSON and change with a merge patch', async () => {
    seen.length = 0;
    await api.create('/api/v1/namespaces', { kind: 'Namespace' });
    await api.patch('/api/v1/namespaces/dify', { metadata: {} });
    expect(seen).toEqual([
      { method: 'POST', type: 'application/json', body: '{"kind":"Namespace"}' },
      { method: 'PATCH', type: 'application/merge-patch+json', body: '{"metadata":{}}' },
    ]);
  });

  it('fail with the status and what the server said', async () => {
    await expect(api.get('/missing')).rejects.toMatchObject({
      status: 404,
      message: expect.stringContaining('not found'),
    });
  });

  it('yield watch events whole, however they arrive', async () => {
    const events = [];
    for await (const event of api.watch('/api/v1/pods?watch=1', new AbortController().signal))
      events.push(event);
    expect(events).toEqual([
      { type: 'ADDED', object: { n: 1 } },
      { type: 'MODIFIED', object: { n: 2 } },
    ]);
  });

  it('end with their signal', async () => {
    await expect(api.get('/api/v1/nodes', AbortSignal.abort())).rejects.toThrow(/abort/i);
  });
});
