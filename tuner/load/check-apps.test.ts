import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatError, TuneError } from '../errors.ts';
import { checkApps } from './check-apps.ts';

let server: Server;
let answer: RequestListener;
const { signal } = new AbortController();

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function check(
  options: { baseUrl?: string; patienceSeconds?: number; signal?: AbortSignal; scenarios?: object[] } = {},
) {
  const { port } = server.address() as AddressInfo;
  const baseUrl = options.baseUrl ?? `http://127.0.0.1:${port}/v1`;
  const scenarios = (options.scenarios ?? [{ kind: 'chat' }, { kind: 'workflow' }]) as never;
  const keys = { chat: 'app-chat', workflow: 'app-workflow', indexing: 'dataset-key' };
  return checkApps({ signal, patienceSeconds: 0, ...options, plan: { baseUrl, scenarios }, keys });
}
/** As Dify API 1.12.1 answers, recorded. */
const info = (mode: string) =>
  JSON.stringify({ name: 'loadtest', description: '', tags: [], mode, author_name: 'admin' });

describe('checkApps', () => {
  it('asks with the key of each class and returns the version that Dify sends', async () => {
    const seen: string[] = [];
    answer = (request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      response.setHeader('X-Version', '1.13.3');
      response.end(info(request.headers.authorization?.includes('chat') ? 'advanced-chat' : 'workflow'));
    };
    expect(await check()).toBe('1.13.3');
    expect(seen).toEqual(['/v1/info Bearer app-chat', '/v1/info Bearer app-workflow']);
  });

  it.each([
    { name: 'a refused key', status: 401, body: '{}', code: 'KEY_REJECTED', exitCode: 3 },
    {
      name: 'a disabled app',
      status: 403,
      body: '{"message":"The app\'s API service has been disabled."}',
      code: 'APP_REFUSED',
      exitCode: 3,
    },
    { name: 'pods that do not come up', status: 502, body: '', code: 'SERVICE_FAILING', exitCode: 3 },
    { name: 'a path without an API', status: 404, body: '', code: 'NO_SERVICE_API', exitCode: 2 },
    { name: 'the web front end', status: 200, body: '<html>', code: 'NO_SERVICE_API', exitCode: 2 },
    {
      name: 'a workflow where a chat was named',
      status: 200,
      body: info('workflow'),
      code: 'WRONG_APP_MODE',
      exitCode: 2,
    },
  ])('says $code for $name, without the key', async ({ status, body, code, exitCode }) => {
    answer = (_request, response) => response.writeHead(status).end(body);
    const error: unknown = await check().catch((thrown: unknown) => thrown);
    if (!(error instanceof TuneError)) throw new Error('expected a TuneError');
    expect(error).toMatchObject({ code, exitCode });
    expect(formatError(error)).not.toContain('app-chat');
  });

  it('refuses to ask an agent for blocking answers, which Dify does not give', async () => {
    answer = (_request, response) => response.end(info('agent-chat'));
    await expect(check({ scenarios: [{ kind: 'chat', responseMode: 'blocking' }] })).rejects.toMatchObject({
      code: 'AGENT_STREAMS_ONLY',
      exitCode: 2,
    });
    expect(await check({ scenarios: [{ kind: 'chat', responseMode: 'streaming' }] })).toBeNull();
  });

  it.each([
    { name: 'is there', status: 200, code: undefined },
    { name: 'is not there', status: 404, code: 'NO_KNOWLEDGE_BASE' },
    { name: 'is not opened by the key', status: 401, code: 'KEY_REJECTED' },
    { name: 'is forbidden', status: 403, code: 'APP_REFUSED' },
  ])('looks whether the knowledge base $name', async ({ status, code }) => {
    const seen: string[] = [];
    answer = (request, response) => {
      seen.push(`${request.url} ${request.headers.authorization}`);
      response.writeHead(status).end('{"data": []}');
    };
    const scenarios = [{ kind: 'indexing', indexing: { datasetId: 'd-1' } }];
    const error = await check({ scenarios }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(seen).toEqual(['/v1/datasets/d-1/documents?limit=1 Bearer dataset-key']);
    expect((error as TuneError | undefined)?.code).toBe(code);
    if (error instanceof TuneError) expect(formatError(error)).not.toContain('dataset-key');
  });

  it('waits for pods that are still starting', async () => {
    let asked = 0;
    answer = (request, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(503).end();
      else response.end(info(request.headers.authorization?.includes('chat') ? 'chat' : 'workflow'));
    };
    expect(await check({ patienceSeconds: 20 })).toBeNull();
    expect(asked).toBe(3);
  });

  it('tells a refused connection, and ends at once when it is aborted', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    await expect(check({ baseUrl: `http://127.0.0.1:${port}/v1` })).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      why: expect.stringContaining('ECONNREFUSED'),
    });
    answer = () => undefined;
    const stop = new AbortController();
    const checking = check({ signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(checking).rejects.toThrow('stopped');
  });
});
