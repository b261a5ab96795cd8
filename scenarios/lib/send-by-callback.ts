import { scenario } from 'k6/execution';
import http from 'k6/http';
import { Counter, Trend } from 'k6/metrics';
import sse, { type OpenResponse } from 'k6/x/sse';
import { dueSeconds } from './due.ts';
import { outcomeOfErrorCode, outcomeOfNoResponse, outcomeOfRun, outcomeOfStatus } from './outcomes.ts';
import type { PreparedScenario } from './read-plan.ts';
import type { RunAnswer, RunRequest } from './send.ts';
import { newStreamRecord, outcomeOfStream, readEvent, type StreamRecord } from './stream-reader.ts';

/**
 * The same measuring on a k6 that has the community's k6/x/sse alone: docs/traffic.md, "Stock k6", says what it cannot
 * do. It reads every event in JavaScript, which costs several times as much.
 */
export const isCallbackMode = __ENV.TUNE_SSE === 'callback' || sse.request === undefined;

/** The community extension opens a connection for each stream, and lets go of it only where it is closed. */
const leavesConnections = sse.request === undefined;

/** Made only here: the project's extension registers the same names itself. */
const metrics = isCallbackMode ? makeMetrics() : null;

function makeMetrics() {
  const duration = (name: string) => new Trend(name, true);
  return {
    requests: new Counter('requests'),
    requestsStarted: new Counter('requests_started'),
    tokens: new Counter('tokens'),
    schedulingDelay: duration('scheduling_delay_ms'),
    timeToHeaders: duration('time_to_headers_ms'),
    timeToFirstEvent: duration('time_to_first_event_ms'),
    timeToFirstToken: duration('time_to_first_token_ms'),
    queueWait: duration('queue_wait_ms'),
    interTokenGap: duration('inter_token_gap_ms'),
    streamDuration: duration('stream_duration_ms'),
    requestDuration: duration('request_duration_ms'),
  };
}

export function sendByCallback(request: RunRequest): RunAnswer {
  if (metrics === null) throw new Error('this k6 measures natively');
  const beginMs = Date.now();
  const startMs = request.isFirst ? intendedStartMs(request.prepared, beginMs) : beginMs;
  metrics.requestsStarted.add(1, { endpoint: request.endpoint });
  const answer = request.expect === 'stream' ? readStream(request, startMs) : readBody(request, startMs);
  const tags = { endpoint: request.endpoint, outcome: answer.outcome };
  metrics.requests.add(1, tags);
  if (request.isFirst) metrics.schedulingDelay.add(beginMs - startMs, tags);
  return answer;
}

/** Least lateness of this VU's iterations: k6's clock begins later than the start that it reports. */
let leastLateMs = Number.POSITIVE_INFINITY;

/**
 * The moment the iteration was due, never after now. Each VU knows its own iterations alone: the first one counts as
 * punctual.
 */
function intendedStartMs(prepared: PreparedScenario, nowMs: number): number {
  const { iterationInTest } = scenario;
  const due = prepared.arrivals[iterationInTest];
  const seconds = due === undefined ? dueSeconds(prepared, iterationInTest) : Number.parseFloat(due);
  const dueMs = scenario.startTime + seconds * 1000;
  leastLateMs = Math.min(leastLateMs, Math.max(0, nowMs - dueMs));
  return Math.min(nowMs, dueMs + leastLateMs);
}

function headersOf({ key }: PreparedScenario): Record<string, string> {
  return { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
}

function readStream(request: RunRequest, startMs: number): RunAnswer {
  const { prepared, terminal, stopAfterTokens } = request;
  const record = newStreamRecord();
  const rules = { terminal, stopAfterTokens };
  let headersAtMs: number | null = null;
  const params = {
    method: 'POST',
    body: request.body,
    headers: headersOf(prepared),
    timeout: `${prepared.requestTimeoutSeconds}s`,
    tags: { name: request.endpoint },
  };
  const response = sse.open(`${prepared.baseUrl}/${request.path}`, params, (client) => {
    headersAtMs = Date.now();
    client.on('event', (event) => {
      const goesOn = record.isStopped || readEvent(record, event, { rules, nowMs: Date.now() });
      if (!goesOn || (leavesConnections && record.isComplete)) client.close();
    });
    client.on('error', (error) => {
      const text = textOf(error);
      // A line that is no event: the connection is still whole.
      if (text.includes('unknown event')) return;
      record.brokenBy = text;
      client.close();
    });
  });
  const endMs = Date.now();
  const outcome = outcomeOfResponse(response, record);
  addTimes(record, { tags: { endpoint: request.endpoint, outcome }, startMs, headersAtMs, endMs });
  return {
    outcome,
    isStopped: outcome === 'stopped' && record.isStopped,
    firstData: record.firstData,
    durationMs: endMs - startMs,
  };
}

function textOf(error: unknown): string {
  const said = error as { error?: unknown; message?: unknown } | null;
  return typeof said?.error === 'function' ? String(said.error()) : String(said?.message ?? error);
}

function outcomeOfResponse(response: OpenResponse, record: StreamRecord): string {
  const { status, headers, error } = response;
  if (!status) return outcomeOfNoResponse(error);
  if (status >= 400) return outcomeOfStatus(status, headers, '');
  return outcomeOfStream(record, headers['Content-Type'] ?? '');
}

interface StreamTimes {
  readonly tags: { readonly endpoint: string; readonly outcome: string };
  readonly startMs: number;
  readonly headersAtMs: number | null;
  readonly endMs: number;
}

function addTimes(record: StreamRecord, { tags, startMs, headersAtMs, endMs }: StreamTimes): void {
  if (metrics === null) return;
  const timed = (trend: Trend, atMs: number | null) => {
    if (atMs !== null) trend.add(atMs - startMs, tags);
  };
  timed(metrics.timeToHeaders, headersAtMs);
  timed(metrics.timeToFirstEvent, record.firstEventAtMs);
  timed(metrics.timeToFirstToken, record.firstTokenAtMs);
  timed(metrics.queueWait, record.workflowStartedAtMs);
  if (headersAtMs !== null) timed(metrics.streamDuration, endMs);
  const endpoint = { endpoint: tags.endpoint };
  metrics.tokens.add(record.tokens, endpoint);
  for (const gap of record.gapsMs) metrics.interTokenGap.add(gap, endpoint);
}

function readBody({ prepared, path, body, endpoint }: RunRequest, startMs: number): RunAnswer {
  const response = http.post(`${prepared.baseUrl}/${path}`, body, {
    headers: headersOf(prepared),
    timeout: `${prepared.requestTimeoutSeconds}s`,
    tags: { name: endpoint },
  });
  const endMs = Date.now();
  const text = typeof response.body === 'string' ? response.body : '';
  const outcome =
    response.status === 0
      ? outcomeOfErrorCode(response.error_code)
      : response.status >= 400
        ? outcomeOfStatus(response.status, response.headers, text)
        : (outcomeOfRun(text) ?? 'ok');
  metrics?.requestDuration.add(endMs - startMs, { endpoint, outcome });
  return { outcome, isStopped: false, firstData: text, durationMs: endMs - startMs };
}
