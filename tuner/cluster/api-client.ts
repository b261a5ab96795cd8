import { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from '@kubernetes/client-node';
import { connectionError, statusError } from './api-error.ts';
import type { PooledKubeConfig } from './kubeconfig.ts';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

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

  async request(
    method: 'GET' | 'POST',
    path: string,
    options: RequestOptions = {},
    body?: unknown,
  ): Promise<ApiAnswer> {
    const query = options.query === undefined ? '' : `?${new URLSearchParams(options.query)}`;
    const context = new RequestContext(`${this.server}${path}${query}`, method);
    const timeout = AbortSignal.timeout(options.timeoutMs ?? 10_000);
    context.setSignal(options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]));
    context.setHeaderParam('Accept', 'application/json');
    if (body !== undefined) {
      context.setHeaderParam('Content-Type', 'application/json');
      context.setBody(JSON.stringify(body));
    }
    try {
      return await this.#send(context, `${method} ${path}`);
    } catch (thrown) {
      options.signal?.throwIfAborted();
      throw thrown;
    }
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
