/** Reads a recorded exchange with a real Dify: what was asked, and what came back. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Answer {
  readonly statusLine: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a stream: each event's data, or `ping`. Empty otherwise. */
  readonly events: readonly string[];
  /** Of a plain reply: the body. */
  readonly body: string;
}

export interface Capture {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** The bearer token, null without one. */
  readonly key: string | null;
  readonly requestBody: string;
  readonly answer: Answer;
}

const folder = join(import.meta.dirname, '..', 'fixtures', 'wire');

export function captureNames(): string[] {
  const names = readdirSync(folder).filter((file) => file.endsWith('.txt'));
  // Not one exchange, but three bodies without their heads.
  return names.map((file) => file.slice(0, -4)).filter((name) => name !== 'api_metrics_endpoints');
}

export function readCapture(name: string): Capture {
  const text = readFileSync(join(folder, `${name}.txt`), 'utf8');
  const [request, response] = text.split(/^### RESPONSE.*$/m);
  if (request === undefined || response === undefined) {
    // Recorded without its request: one to any route, without a key.
    const asked = {
      name,
      method: 'POST',
      path: '/v1/chat-messages',
      key: null,
      requestBody: '{"user":"u1"}',
    };
    return { ...asked, answer: readAnswer(text) };
  }
  const [, requestLine = '', authorization = '', , , requestBody = ''] = request.split('\n');
  const [method = '', path = ''] = requestLine.split(' ');
  const answer = readAnswer(response.replace(/^ *[\d.]+ \| /gm, ''));
  return { name, method, path, key: authorization.split('Bearer ')[1] ?? null, requestBody, answer };
}

/** @param text an HTTP response: head, empty line, body */
export function readAnswer(text: string): Answer {
  const lines = text.trim().split(/\r?\n/);
  const end = lines.indexOf('') === -1 ? lines.length : lines.indexOf('');
  const [statusLine = '', ...headerLines] = lines.slice(0, end);
  const headers = Object.fromEntries(
    headerLines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = lines.slice(end + 1).join('\n');
  const isStream = headers['content-type']?.startsWith('text/event-stream');
  return { statusLine, headers, events: isStream ? readEvents(body) : [], body: isStream ? '' : body };
}

function readEvents(body: string): string[] {
  return body
    .split('\n\n')
    .map((block) => block.trim())
    .filter((block) => block !== '')
    .map((block) => (block === 'event: ping' ? 'ping' : block.replace(/^data: /, '')));
}

export function eventName(data: string): string {
  return data === 'ping' ? 'ping' : String(JSON.parse(data).event);
}

/** Keys and kinds of values, all the way down; lists by their first element. */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
