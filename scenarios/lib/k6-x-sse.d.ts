/** The module of scenarios/extension/sse. On a k6 without it, the community extension of the same name has `open` alone. */
declare module 'k6/x/sse' {
  export interface TransportParams {
    headers?: Record<string, string>;
    tags?: Record<string, string>;
    cookies?: Record<string, string>;
    /** `60s`, or milliseconds. */
    timeout?: string | number;
    redirects?: number;
  }

  export interface RequestParams extends TransportParams {
    /** Value of the tag `endpoint`; without it no metrics are emitted. */
    endpoint?: string;
    /** Default `stream`. */
    expect?: 'stream' | 'json';
    /** Time from the moment this iteration was due; right for the first request of an iteration only. */
    fromIntendedStart?: boolean;
    /** Names of events whose data is handed back, at most 16 of each. */
    select?: string[];
    /** Names of events that make an answer complete. Default: message_end, workflow_finished. */
    terminal?: string[];
    /** Token event → where its text stands. Default: Dify's. */
    tokens?: Record<string, string>;
    /** Hang up after so many tokens, or so long after the request. */
    stopAfterTokens?: number;
    stopAfter?: string | number;
  }

  /** Milliseconds since the (intended) start; null: did not come. */
  export interface RequestTimes {
    /** That start, as Date.now() would tell it, with fractions. */
    startAtMs: number;
    schedulingDelayMs: number | null;
    headersMs: number | null;
    firstEventMs: number | null;
    firstTokenMs: number | null;
    queueWaitMs: number | null;
    durationMs: number;
  }

  export interface RequestResult {
    /** 0: no response. */
    status: number;
    headers: Record<string, string>;
    /** `ok`, or the class it failed with: docs/traffic.md. */
    outcome: string;
    endReason: string;
    message: string;
    /** Events by name. */
    events: Record<string, number>;
    selected: Record<string, string[]>;
    firstEvent: string;
    /** Of an answer that was no stream. */
    body: string;
    tokens: number;
    bytes: number;
    times: RequestTimes;
  }

  export interface SseEvent {
    id: string;
    name: string;
    data: string;
    comment: string;
  }

  export interface SseClient {
    on(event: 'open', handler: () => void): void;
    on(event: 'event', handler: (event: SseEvent) => void): void;
    on(event: 'error', handler: (error: unknown) => void): void;
    close(): void;
  }

  export interface OpenParams extends TransportParams {
    method?: string;
    body?: string;
  }

  export interface OpenResponse {
    url: string;
    status: number;
    headers: Record<string, string>;
    error: string;
  }

  interface Sse {
    open(url: string, params: OpenParams, setUp: (client: SseClient) => void): OpenResponse;
    /** Absent in the community extension. */
    request?: (method: string, url: string, body: string, params: RequestParams) => RequestResult;
  }
  const sse: Sse;
  export default sse;
}
