import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface FileServer {
  readonly url: string;
  /** Paths in the order they were asked for, without the probes of the host itself. */
  readonly requests: string[];
  serve(path: string, answer: Answer | Buffer | string): void;
  close(): Promise<void>;
}

/** A site of official downloads on a free loopback port; what it does not know it answers with 404. */
export async function startFileServer(): Promise<FileServer> {
  const answers = new Map<string, Answer>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (path !== '/') requests.push(path);
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    serve: (path, answer) =>
      void answers.set(
        path,
        typeof answer === 'function' ? answer : (_, response) => void response.end(answer),
      ),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Announces more than it sends, then ends the connection: a transfer that is cut. */
export function cutAfter(body: string, announced: number): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': announced });
    response.write(body, () => response.destroy());
  };
}

/** Sends a beginning, then nothing more, and keeps the connection. */
export function stallAfter(body: string, announced: number): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-length': announced });
    response.write(body);
  };
}
