import { request } from 'node:http';
import type { Answer } from './capture.ts';
import { readAnswer } from './capture.ts';

export interface RawRequest {
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly body: string;
}

/** Asks over real HTTP and returns head and body as they came. Rejects when the connection is reset. */
export function askOverHttp({ port, method, path, key, body }: RawRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
    };
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      const head = [`HTTP/1.1 ${response.statusCode} ${response.statusMessage}`];
      const raw = response.rawHeaders;
      for (let index = 0; index < raw.length; index += 2) head.push(`${raw[index]}: ${raw[index + 1]}`);
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve(readAnswer(`${head.join('\n')}\n\n${text}`)));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
