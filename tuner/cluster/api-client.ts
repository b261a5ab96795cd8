import { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from '@kubernetes/client-node';
import { connectionError, statusError } from './api-error.ts';
import type { PooledKubeConfig } from './kubeconfig.ts';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

export interface StreamOptions extends Pick<RequestOptions, 'query'> {
  readonly signal: AbortSignal;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface ApiAnswer {
  readonly body: unknown;
  /** The server's clock, to the second; null when it sends none. */
  readonly serverDate: Date | null;
}

/**
 * JSON as the API server sends it. The library's typed calls turn timestamps into Dates and drop fields younger than
 * themselves, and its watches do neither; one form for both is worth more here than types.
 */
export class ApiClient {
  readonly config: PooledKubeConfig;
  readonly server: string;
  readonly context: string;
  readonly #http = new IsomorphicFetchHttpLibrary();

  constructor(config: PooledKubeConfig) {
    this.config = config;
    this.server = (config.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
    this.context = config.getCurrentContext();
  }

  /** @throws ApiError; the signal's reason when that is what ended it */
  async get(path: string, options: RequestOptions = {}): Promise<unknown> {
    return (await this.request(HttpMethod.GET, path, options)).body;
  }

  async post(path: string, body: unknown, options: RequestOptions = {}): Promise<unknown> {
    return (await this.request(HttpMethod.POST, path, options, body)).body;
  }

  /** A JSON merge patch: null removes a field, a list takes the place of the one before. */
  async patch(path: string, body: unknown, options: RequestOptions = {}): Promise<unknown> {
    return (await this.request(HttpMethod.PATCH, path, options, body)).body;
  }

  async delete(path: string, options: RequestOptions = {}, body?: unknown): Promise<unknown> {
    return (await this.request(HttpMethod.DELETE, path, options, body)).body;
  }

  /**
   * The body as it comes, until the server or the signal ends it.
   *
   * @throws ApiError for an answer that is no success, or none; while reading, what the connection broke with
   */
  async *stream(path: string, options: StreamOptions): AsyncGenerator<Uint8Array> {
    const name = `GET ${path}`;
    const context = this.#contextOf(HttpMethod.GET, path, options);
    context.setSignal(options.signal);
    await this.config.applySecurityAuthentication(context);
    const response = await this.#http
      .send(context)
      .toPromise()
      .catch((thrown: unknown) => {
        options.signal.throwIfAborted();
        throw connectionError(name, thrown);
      });
    if (response.httpStatusCode > 299) {
      throw statusError(name, response.httpStatusCode, await response.body.text());
    }
    // The library's own types leave out the stream that its body has.
    const { stream } = response.body as unknown as { stream(): AsyncIterable<Uint8Array> };
    yield* stream();
  }

  async request(
    method: Method,
    path: string,
    options: RequestOptions = {},
    body?: unknown,
  ): Promise<ApiAnswer> {
    const context = this.#contextOf(method, path, options);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? 10_000);
    context.setSignal(options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]));
    if (body !== undefined) {
      const isPatch = method === HttpMethod.PATCH;
      context.setHeaderParam('Content-Type', isPatch ? 'application/merge-patch+json' : 'application/json');
      context.setBody(JSON.stringify(body));
    }
    try {
      return await this.#send(context, `${method} ${path}`);
    } catch (thrown) {
      options.signal?.throwIfAborted();
      throw thrown;
    }
  }

  #contextOf(method: Method, path: string, { query }: Pick<RequestOptions, 'query'>): RequestContext {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    const context = new RequestContext(`${this.server}${path}${search}`, method);
    context.setHeaderParam('Accept', 'application/json');
    return context;
  }

  async #send(context: RequestContext, name: string): Promise<ApiAnswer> {
    const answer = await this.#exchange(context).catch((thrown: unknown) => {
      throw connectionError(name, thrown);
    });
    if (answer.status === 401) this.config.forgetConnections();
    if (answer.status > 299) throw statusError(name, answer.status, answer.text);
    try {
      return { body: JSON.parse(answer.text), serverDate: answer.serverDate };
    } catch {
      throw statusError(name, answer.status, 'no JSON');
    }
  }

  async #exchange(context: RequestContext) {
    await this.config.applySecurityAuthentication(context);
    const response = await this.#http.send(context).toPromise();
    const date = response.headers.date;
    return {
      status: response.httpStatusCode,
      text: await response.body.text(),
      serverDate: date === undefined ? null : new Date(date),
    };
  }

  /** Ends every open request and watch. */
  close(): void {
    this.config.forgetConnections();
  }
}
