/** The front door: real HTTP in, a connection to some API pod of the model. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exitCodes, TuneError } from '../../../tuner/errors.ts';
import { HttpExchange } from '../wire/exchange.ts';
import type { ServiceRequest } from './dify.ts';
import { type Model, receiveConnection } from './model.ts';

/** Larger bodies are cut off: a load test sends prompts, not books. */
const mostBodyBytes = 8 * 1024 * 1024;

export interface FrontDoor {
  readonly model: Model;
  /** How a request enters the model. */
  readonly input: (action: () => void) => void;
}

/** @throws TuneError PORT_IN_USE */
export async function listenForClients(
  door: FrontDoor,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => receive(door, request, response));
  // The proxy before Dify keeps idle connections a little longer than clients do.
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(portInUse(port, cause)));
    server.listen({ host: '127.0.0.1', port, backlog: 4096 }, resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function receive(door: FrontDoor, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => {
    const exchange = new HttpExchange(request, response, door.model.dify.world.dify.version);
    const service = readRequest(request, Buffer.concat(chunks).toString('utf8'));
    door.input(() => receiveConnection(door.model, service, exchange));
  });
}

function readRequest(request: IncomingMessage, body: string): ServiceRequest {
  const url = new URL(request.url ?? '/', 'http://dify');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    authorization: request.headers.authorization,
    body: parseJson(body),
  };
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function portInUse(port: number, cause: Error): TuneError {
  return new TuneError({
    code: 'PORT_IN_USE',
    message: `the stand-in Dify cannot listen on 127.0.0.1:${port}`,
    why: cause.message,
    next: 'choose another port, or --port 0 for any free one',
    exitCode: exitCodes.usage,
    cause,
  });
}
