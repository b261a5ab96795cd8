import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface StoredObject {
  metadata: {
    name: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: object[];
  };
  [field: string]: unknown;
}
interface Change {
  readonly collection: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: StoredObject;
  readonly version: number;
}
export interface Write {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly collection: string;
  readonly object: StoredObject;
  /** As sent. */
  readonly body: Record<string, unknown>;
}
type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/**
 * An API server small enough to fail on command: lists, watches with resourceVersion and label equality, single
 * answers by path. Serves plain HTTP on a port of its own.
 */
export class FakeApiServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #collections = new Map<string, Map<string, StoredObject>>();
  readonly #changes: Change[] = [];
  readonly #watches = new Set<{ response: ServerResponse; collection: string; selector: string }>();
  readonly #answers = new Map<string, Handler>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'fake-api-server-'));
  #version = 1000;
  #kubeconfigs = 0;
  #port = 0;
  /** Requests seen, as `GET /path?query`. */
  readonly requests: string[] = [];
  /** Accept and say nothing, as a stopped process does. */
  isFrozen = false;
  /** `verb resource` that SelfSubjectAccessReview denies. */
  readonly denied = new Set<string>();
  /** Collections that take POST, and PATCH and DELETE of what is in them. */
  readonly writable = new Set<string>();
  /** Plays a controller: called after each write with what is stored now, or was. */
  onWrite: (write: Write) => void = () => undefined;
  /** Watches from before this version are told that it is too old. */
  oldestVersion = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.answer('/version', { gitVersion: 'v1.37.2' });
  }

  async start(): Promise<this> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Drops every connection and stops listening; `start` brings it back on the same port, nothing forgotten. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#watches.clear();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Path of a kubeconfig that leads here, with the contexts named. */
  kubeconfig(options: { contexts?: readonly string[]; server?: string; extra?: object } = {}): string {
    const contexts = options.contexts ?? ['fake'];
    const path = join(this.#folder, `kubeconfig-${this.#kubeconfigs++}.json`);
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': contexts[0],
      clusters: [{ name: 'fake', cluster: { server: options.server ?? this.url, ...options.extra } }],
      users: [{ name: 'someone', user: { token: 'secret-token' } }],
      contexts: contexts.map((name) => ({ name, context: { cluster: 'fake', user: 'someone' } })),
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  /** Answers a path with JSON, a status, or a handler of the test's own. */
  answer(path: string, answer: object | number | Handler): void {
    this.#answers.set(path, typeof answer === 'function' ? (answer as Handler) : fixedAnswer(answer));
  }

  /** What is in a collection now. */
  stored(collection: string): StoredObject[] {
    return [...this.#collectionOf(collection).values()];
  }

  put(collection: string, object: StoredObject): void {
    const objects = this.#collectionOf(collection);
    const type = objects.has(object.metadata.name) ? 'MODIFIED' : 'ADDED';
    this.#change(collection, type, object);
    objects.set(object.metadata.name, object);
  }

  remove(collection: string, name: string): void {
    const object = this.#collectionOf(collection).get(name);
    if (object === undefined) throw new Error(`no ${name} in ${collection}`);
    this.#collectionOf(collection).delete(name);
    this.#change(collection, 'DELETED', object);
  }

  #collectionOf(collection: string): Map<string, StoredObject> {
    const objects = this.#collections.get(collection) ?? new Map<string, StoredObject>();
    this.#collections.set(collection, objects);
    return objects;
  }

  #change(collection: string, type: Change['type'], object: StoredObject): void {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    const change = { collection, type, object: structuredClone(object), version: this.#version };
    this.#changes.push(change);
    for (const watch of this.#watches) send(watch, change);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${request.url}`);
    const body = await bodyOf(request);
    if (this.isFrozen) return;
    const answer = this.#answers.get(url.pathname);
    if (answer !== undefined) return answer(request, response, body);
    if (url.pathname.endsWith('/selfsubjectaccessreviews')) return this.#review(response, body);
    if (request.method !== 'GET' && this.#write(url.pathname, request.method ?? '', body, response)) return;
    const objects = this.#collections.get(url.pathname);
    if (objects === undefined) return fixedAnswer(404)(request, response, body);
    if (url.searchParams.get('watch') === 'true') return this.#watch(url, response);
    const selector = url.searchParams.get('labelSelector') ?? '';
    const items = [...objects.values()].filter((object) => matches(object, selector));
    fixedAnswer({ metadata: { resourceVersion: String(this.#version) }, items })(request, response, body);
  }

  /** @returns false where nothing writable is there */
  #write(path: string, method: string, text: string, response: ServerResponse): boolean {
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    const slash = path.lastIndexOf('/');
    const collection = method === 'POST' ? path : path.slice(0, slash);
    if (!this.writable.has(collection)) return false;
    const name = method === 'POST' ? nameIn(body) : path.slice(slash + 1);
    const before = this.#collectionOf(collection).get(name);
    if (before === undefined && method !== 'POST') return false;
    if (method === 'POST') {
      const metadata = { ...(body.metadata as StoredObject['metadata']), uid: `uid-of-${name}` };
      this.put(collection, { ...body, metadata });
    } else if (method === 'PATCH') {
      this.put(collection, mergePatch(before, body) as StoredObject);
    } else {
      this.remove(collection, name);
    }
    const object = this.#collectionOf(collection).get(name) ?? before;
    if (object === undefined) return false;
    response.writeHead(method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(object));
    this.onWrite({ method: method as Write['method'], collection, object, body });
    return true;
  }

  #review(response: ServerResponse, body: string): void {
    const { spec } = JSON.parse(body) as {
      spec: { resourceAttributes: { verb: string; resource: string; subresource?: string } };
    };
    const { verb, resource: kind, subresource } = spec.resourceAttributes;
    const resource = subresource === undefined ? kind : `${kind}/${subresource}`;
    response.writeHead(201, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: { allowed: !this.denied.has(`${verb} ${resource}`) } }));
  }

  #watch(url: URL, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const since = Number(url.searchParams.get('resourceVersion'));
    if (since < this.oldestVersion) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })}\n`);
      return;
    }
    const watch = {
      response,
      collection: url.pathname,
      selector: url.searchParams.get('labelSelector') ?? '',
    };
    this.#watches.add(watch);
    response.once('close', () => this.#watches.delete(watch));
    for (const change of this.#changes.filter(({ version }) => version > since)) send(watch, change);
  }
}

function nameIn(body: Record<string, unknown>): string {
  return (body.metadata as { name: string }).name;
}

/** RFC 7396. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(target as Record<string, unknown> | undefined) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function send(
  watch: { response: ServerResponse; collection: string; selector: string },
  { collection, type, object }: Change,
): void {
  if (collection !== watch.collection || !matches(object, watch.selector)) return;
  watch.response.write(`${JSON.stringify({ type, object })}\n`);
}

function matches({ metadata }: StoredObject, selector: string): boolean {
  return selector
    .split(',')
    .filter((term) => term !== '')
    .every((term) => {
      const [key = '', value] = term.split('=');
      return value === undefined ? key in (metadata.labels ?? {}) : metadata.labels?.[key] === value;
    });
}

function fixedAnswer(answer: object | number): Handler {
  return (_request, response) => {
    const status = typeof answer === 'number' ? answer : 200;
    const reasons: Record<number, string> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound' };
    const failure = {
      kind: 'Status',
      reason: reasons[status] ?? '',
      message: `fake ${status}`,
      code: status,
    };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(typeof answer === 'number' ? failure : answer));
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}
