/** Why an API server did not answer as asked, in one short line fit for a gap's reason. */
export class ApiError extends Error {
  /** HTTP status; null when no answer came at all. */
  readonly status: number | null;
  /** Kubernetes' own reason (`Forbidden`, `NotFound`) or the network's code (`ECONNREFUSED`, `TIMEOUT`). */
  readonly reason: string;

  constructor(fields: { message: string; status: number | null; reason: string; cause?: unknown }) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'ApiError';
    this.status = fields.status;
    this.reason = fields.reason;
  }
}

/** An answer above 299; Kubernetes explains itself in a Status object, proxies in HTML. */
export function statusError(request: string, status: number, body: string): ApiError {
  const explained = parseStatus(body);
  const reason = explained.reason ?? `HTTP ${status}`;
  const detail = explained.message === undefined ? '' : `: ${explained.message}`;
  return new ApiError({ message: `${request} answered ${status} ${reason}${detail}`, status, reason });
}

function parseStatus(body: string): { reason?: string; message?: string } {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return {};
    const { reason, message } = value as Record<string, unknown>;
    return {
      ...(typeof reason === 'string' && reason !== '' ? { reason } : {}),
      ...(typeof message === 'string' ? { message } : {}),
    };
  } catch {
    return {};
  }
}

/** No answer: fetch wraps the reason at least once, and once more for a host with several addresses. */
export function connectionError(request: string, thrown: unknown): ApiError {
  const { code, message } = innermost(thrown);
  return new ApiError({
    message: `${request} got no answer: ${message}`,
    status: null,
    reason: code,
    cause: thrown,
  });
}

function innermost(thrown: unknown): { code: string; message: string } {
  let current: unknown = thrown;
  let found = { code: 'UNKNOWN', message: String(thrown) };
  while (current instanceof Error) {
    const code: unknown = 'code' in current ? current.code : undefined;
    if (current.name === 'TimeoutError') return { code: 'TIMEOUT', message: current.message };
    if (typeof code === 'string') found = { code, message: current.message || code };
    else if (found.code === 'UNKNOWN') found = { code: 'UNKNOWN', message: current.message };
    current = current instanceof AggregateError ? (current.errors[0] ?? current.cause) : current.cause;
  }
  return found;
}
