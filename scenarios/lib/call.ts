import http from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
import { outcomeOfErrorCode, outcomeOfStatus } from './outcomes.ts';

/** Calls around the runs of an app: stops, polls, deletions. They are no arrivals, so they have metrics of their own. */
const calls = new Counter('calls');
const callDuration = new Trend('call_duration_ms', true);

export interface CallOptions {
  readonly key: string;
  /** Value of the tag `endpoint`. */
  readonly endpoint: string;
  readonly timeoutSeconds: number;
  readonly body?: string;
}

export interface CallResult {
  /** 0: no response. */
  readonly status: number;
  readonly outcome: string;
  readonly body: string;
}

/** One call of the Service API, timed from its own start. */
export function call(method: 'GET' | 'POST' | 'DELETE', url: string, options: CallOptions): CallResult {
  const response = http.request(method, url, options.body ?? null, {
    headers: { Authorization: `Bearer ${options.key}`, 'Content-Type': 'application/json' },
    timeout: `${options.timeoutSeconds}s`,
    // Else each id in a path would be a series of its own in k6's other outputs.
    tags: { name: options.endpoint },
  });
  const body = typeof response.body === 'string' ? response.body : '';
  const outcome = outcomeOf(response.status, response.error_code, { headers: response.headers, body });
  const tags = { endpoint: options.endpoint, outcome };
  calls.add(1, tags);
  callDuration.add(response.timings.duration, tags);
  return { status: response.status, outcome, body };
}

function outcomeOf(
  status: number,
  errorCode: number,
  { headers, body }: { headers: Record<string, string>; body: string },
): string {
  if (status >= 400) return outcomeOfStatus(status, headers, body);
  return status === 0 ? outcomeOfErrorCode(errorCode) : 'ok';
}
