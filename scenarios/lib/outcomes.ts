/**
 * The classes that requests end in, as scenarios/extension/difyevent has them in Go: here for calls that the extension
 * does not make. All are listed in docs/traffic.md.
 */

interface Headers {
  readonly [name: string]: string | string[] | undefined;
}

/** Codes that say no more than their status does. */
const expectedCodes: Readonly<Record<number, string>> = {
  400: 'invalid_param',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'too_many_requests',
  500: 'internal_server_error',
};

/** Of a status of 400 and up. The body is '' where it is not known. */
export function outcomeOfStatus(status: number, headers: Headers, body: string): string {
  const { code, message } = saidIn(body);
  if (status === 400 && isOverAppLimit(message)) return 'over_app_limit';
  if (status === 400 && message.startsWith('Workflow not published')) return 'app_unpublished';
  if ((status === 400 && isThrottled(message)) || code === 'rate_limit_error') return 'llm_throttled';
  const outcome = `http_${status}`;
  const isRetryTold = Object.keys(headers).some((name) => name.toLowerCase() === 'retry-after');
  if (status === 429 && isRetryTold) return `${outcome}:retry_after`;
  return code === '' || code === expectedCodes[status] ? outcome : `${outcome}:${classOf(code)}`;
}

/** Of an `error` event in a stream that began with status 200. */
export function outcomeOfErrorEvent(data: string): string {
  const { code, message } = saidIn(data);
  if (isOverAppLimit(message)) return 'over_app_limit';
  return isThrottled(message) ? 'llm_throttled' : `stream_error:${classOf(code)}`;
}

/**
 * Of a workflow run that says how it ended, in an event or a blocking answer.
 *
 * @returns null where the data describes no run
 */
export function outcomeOfRun(data: string): string | null {
  const run = objectOf(objectOf(parseJson(data))?.data);
  const status = run?.status;
  if (typeof status !== 'string' || status === '') return null;
  if (status === 'succeeded' || status === 'partial-succeeded') return 'ok';
  if (status === 'stopped') return 'stopped';
  return typeof run?.error === 'string' && isThrottled(run.error) ? 'llm_throttled' : 'workflow_failed';
}

/**
 * Of k6/http's error_code, where there was no response.
 *
 * @see https://grafana.com/docs/k6/latest/javascript-api/error-codes/
 */
export function outcomeOfErrorCode(code: number): string {
  if (code === 1050) return 'no_response';
  if (code >= 1100 && code < 1200) return 'dns_error';
  if (code === 1220 || (code >= 1600 && code < 1700)) return 'reset';
  if (code === 1221 || (code >= 1200 && code < 1300)) return 'connect_error';
  if (code >= 1300 && code < 1400) return 'tls_error';
  return 'cut';
}

/** Of what Go's net/http says when a connection fails: the community extension passes on no more than that. */
export function outcomeOfErrorText(text: string): string {
  if (/no such host|lookup .*: /.test(text)) return 'dns_error';
  if (/tls:|x509:|server gave HTTP response to HTTPS client|TLS handshake/.test(text)) return 'tls_error';
  if (/connection reset|broken pipe|stream error: stream ID|GOAWAY/.test(text)) return 'reset';
  if (/dial tcp|connection refused|proxyconnect/.test(text)) return 'connect_error';
  if (/deadline exceeded|Client.Timeout|timeout awaiting/.test(text)) return 'timed_out';
  return 'cut';
}

/** The same, where no header of a response came. */
export function outcomeOfNoResponse(text: string): string {
  const outcome = outcomeOfErrorText(text);
  return outcome === 'timed_out' ? 'no_response' : outcome;
}

function isOverAppLimit(message: string): boolean {
  return message.startsWith('Too many requests');
}

/** A model's rate limit or quota comes under the code of an ordinary mistake: the list is that of error_text.go. */
function isThrottled(message: string): boolean {
  return /status code:? 429|error code: 429|429 too many requests|rate[_ ]?limit|throttlingexception|resource[_ ]exhausted|insufficient_quota|exceeded your current quota|(tokens|requests) per minute/i.test(
    message,
  );
}

/** An outcome must not become a new series for each text that a server makes up. */
function classOf(code: string): string {
  return /^[A-Za-z0-9_-]{1,48}$/.test(code) ? code : 'other';
}

function saidIn(json: string): { code: string; message: string } {
  const said = objectOf(parseJson(json));
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { code: text(said?.code), message: text(said?.message) };
}

export function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

/** undefined: no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
