import sse from 'k6/x/sse';
import type { PreparedScenario } from './read-plan.ts';
import { isCallbackMode, sendByCallback } from './send-by-callback.ts';

/** One run of an app, or what else is timed as an arrival. */
export interface RunRequest {
  readonly prepared: PreparedScenario;
  /** Value of the tag `endpoint`. */
  readonly endpoint: string;
  /** Below the base of the Service API. */
  readonly path: string;
  readonly body: string;
  readonly expect: 'stream' | 'json';
  /** Names of events that make a streamed answer complete. */
  readonly terminal: readonly string[];
  /** True for the first request of an iteration: it is timed from the moment the iteration was due. */
  readonly isFirst: boolean;
  /** Hang up after so many tokens; undefined: never. */
  readonly stopAfterTokens: number | undefined;
}

export interface RunAnswer {
  /** `ok`, or the class it failed with: docs/traffic.md. */
  readonly outcome: string;
  /** It was cut off from this side, and not because the run ended. */
  readonly isStopped: boolean;
  /** Data of the first event of a stream, or the body of another answer: either tells the ids. */
  readonly firstData: string;
  /** From the (intended) start. */
  readonly durationMs: number;
}

/** Sends and measures one run: natively where this k6 has the project's extension, else event by event. */
export function send(request: RunRequest): RunAnswer {
  return isCallbackMode ? sendByCallback(request) : sendNatively(request);
}

function sendNatively({ prepared, ...request }: RunRequest): RunAnswer {
  if (!sse.request) throw new Error('k6/x/sse has no request(): TUNE_SSE=callback does without it');
  const result = sse.request('POST', `${prepared.baseUrl}/${request.path}`, request.body, {
    headers: { Authorization: `Bearer ${prepared.key}`, 'Content-Type': 'application/json' },
    endpoint: request.endpoint,
    expect: request.expect,
    terminal: [...request.terminal],
    timeout: `${prepared.requestTimeoutSeconds}s`,
    fromIntendedStart: request.isFirst,
    ...(request.stopAfterTokens === undefined ? {} : { stopAfterTokens: request.stopAfterTokens }),
  });
  return {
    outcome: result.outcome,
    isStopped: result.endReason === 'stopped',
    firstData: request.expect === 'stream' ? result.firstEvent : result.body,
    durationMs: result.times.durationMs,
  };
}
