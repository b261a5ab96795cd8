/**
 * The few requests the sandbox makes to its own API server.
 *
 * Not @kubernetes/client-node: this runs in the supervisor for as long as a sandbox lives, and in `status`;
 * the library would cost about 85 MB there and a second at each start, for four verbs.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import { z } from 'zod';

export interface KubeCredentials {
  readonly server: string;
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** What the API server answered instead of the object. */
export class KubeApiError extends Error {
  readonly status: number;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 300).trim()}`);
    this.name = 'KubeApiError';
    this.status = status;
  }
}

const requestTimeoutMs = 30_000;
const contentTypes = { POST: 'application/json', PATCH: 'application/merge-patch+json' } as const;

/** What callers need of the API, so that tests can stand in for it. */
export type KubeRequests = Pick<KubeApi, 'get' | 'create' | 'patch' | 'watch'>;

export class KubeApi {
  readonly #server: string;
  readonly #agent: Agent;

  constructor({ server, ...tls }: KubeCredentials) {
    this.#server = server;
    this.#agent = new Agent({ ...tls, keepAlive: true });
  }

  get(path: string, signal?: AbortSignal): Promise<unknown> {
    return this.#send('GET', path, undefined, signal);
  }

  create(path: string, object: object, signal?: AbortSignal): Promise<unknown> {
    return this.#send('POST', path, object, signal);
  }

  /** JSON merge patch. */
  patch(path: string, change: object, signal?: AbortSignal): Promise<unknown> {
    return this.#send('PATCH', path, change, signal);
  }

  /** Yields each watch event until the server ends the stream or the signal comes. */
  async *watch(path: string, signal: AbortSignal): AsyncGenerator<unknown> {
    const response = await this.#open('GET', path, undefined, { signal });
    if (response.statusCode !== 200) throw await failure('GET', path, response);
    for await (const line of createInterface({ input: response })) {
      if (line.length > 0) yield JSON.parse(line);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send(method: Method, path: string, body?: object, signal?: AbortSignal): Promise<unknown> {
    const timeout = AbortSignal.timeout(requestTimeoutMs);
    const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    const response = await this.#open(method, path, body, { signal: either });
    if ((response.statusCode ?? 0) >= 300) throw await failure(method, path, response);
    const text = await readAll(response);
    return response.headers['content-type']?.includes('json') ? JSON.parse(text) : text;
  }

  #open(
    method: Method,
    path: string,
    body: object | undefined,
    options: RequestOptions,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = method === 'GET' ? {} : { 'content-type': contentTypes[method] };
      const outgoing = request(new URL(path, this.#server), {
        ...options,
        method,
        headers,
        agent: this.#agent,
      });
      outgoing.once('response', resolve).once('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

type Method = 'GET' | 'POST' | 'PATCH';

async function failure(method: string, path: string, response: IncomingMessage): Promise<KubeApiError> {
  return new KubeApiError(method, path, response.statusCode ?? 0, await readAll(response));
}

async function readAll(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  return text;
}

const kubeconfigSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([
    z.object({ user: z.object({ 'client-certificate-data': z.string(), 'client-key-data': z.string() }) }),
  ]),
});

/** Reads a kubeconfig that `writeKubeconfig` wrote: one cluster, one user, everything inside. */
export function readKubeconfig(file: string): KubeCredentials {
  const { clusters, users } = kubeconfigSchema.parse(parse(readFileSync(file, 'utf8')));
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return {
    server: clusters[0].cluster.server,
    ca: bytes(clusters[0].cluster['certificate-authority-data']),
    cert: bytes(users[0].user['client-certificate-data']),
    key: bytes(users[0].user['client-key-data']),
  };
}
