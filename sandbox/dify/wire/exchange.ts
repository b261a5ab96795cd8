/** One request being answered, and over HTTP with the headers a Dify behind gunicorn sends. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';

export interface JsonReply {
  readonly status: number;
  readonly body: object | null;
  /** Replies of a generated answer name their charset, all others do not. */
  readonly withCharset?: boolean;
}

export interface Exchange {
  /** The client has hung up, or everything has been said. */
  readonly isGone: boolean;
  json(reply: JsonReply): void;
  /** What the proxy in front says when no API process takes the connection. */
  badGateway(): void;
  /** Sends an event, and the headers before the first one. False when nobody is there to read it. */
  event(json: string): boolean;
  ping(): boolean;
  /** The stream is over. */
  end(): void;
  /** The process behind the connection is gone. */
  cut(): void;
}

export class HttpExchange implements Exchange {
  readonly #response: ServerResponse;
  readonly #version: string;
  #isGone = false;
  #isStreaming = false;

  constructor(request: IncomingMessage, response: ServerResponse, version: string) {
    this.#response = response;
    this.#version = version;
    request.on('error', () => this.#hangUp());
    response.on('close', () => this.#hangUp());
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  json({ status, body, withCharset = false }: JsonReply): void {
    if (this.#isGone) return;
    const text = body === null ? '' : `${JSON.stringify(body)}\n`;
    const type = withCharset ? 'application/json; charset=utf-8' : 'application/json';
    this.#writeHead(status, {
      ...(body === null ? {} : { 'Content-Type': type }),
      'Content-Length': String(Buffer.byteLength(text)),
      ...(status === 401 ? { 'WWW-Authenticate': 'Bearer realm="api"' } : {}),
    });
    this.#response.end(text);
  }

  badGateway(): void {
    if (this.#isGone) return;
    const text =
      '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';
    this.#response.writeHead(502, {
      Server: 'nginx',
      Date: new Date().toUTCString(),
      'Content-Type': 'text/html',
      'Content-Length': String(text.length),
      Connection: 'keep-alive',
    });
    this.#response.end(text);
  }

  event(json: string): boolean {
    return this.#send(`data: ${json}\n\n`);
  }

  ping(): boolean {
    return this.#send('event: ping\n\n');
  }

  end(): void {
    if (this.#isGone) return;
    if (!this.#isStreaming) this.#openStream();
    this.#response.end();
  }

  cut(): void {
    if (this.#isGone) return;
    this.#hangUp();
    this.#response.socket?.resetAndDestroy();
  }

  #send(text: string): boolean {
    if (this.#isGone) return false;
    if (!this.#isStreaming) this.#openStream();
    this.#response.write(text);
    return true;
  }

  #openStream(): void {
    this.#isStreaming = true;
    this.#writeHead(200, {
      'Transfer-Encoding': 'chunked',
      'Content-Type': 'text/event-stream; charset=utf-8',
    });
  }

  #writeHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.#response.writeHead(status, (STATUS_CODES[status] ?? '').toUpperCase(), {
      Server: 'gunicorn',
      Date: new Date().toUTCString(),
      Connection: 'keep-alive',
      ...headers,
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Expose-Headers': 'X-Env, X-Trace-Id, X-Version',
      'X-Version': this.#version,
      'X-Env': 'PRODUCTION',
    });
  }

  #hangUp(): void {
    this.#isGone = true;
  }
}
