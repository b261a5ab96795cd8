import { check } from 'k6';
import { scenario } from 'k6/execution';
import sse, { type RequestParams, type RequestResult } from 'k6/x/sse';
import { difyBody } from './dify-body.ts';
import type { PreparedScenario } from './read-plan.ts';

const endpoints = { chat: 'chat-messages', workflow: 'workflows-run', indexing: 'datasets' } as const;

/** The event that makes an answer complete: in a chatflow, workflow_finished comes before message_end. */
const terminalEvents = { chat: ['message_end'], workflow: ['workflow_finished'], indexing: [] };

/** One run of the app, timed from the moment the iteration was due. */
export function runIteration(scenarios: ReadonlyMap<string, PreparedScenario>): void {
  const prepared = scenarios.get(scenario.name);
  if (!prepared) throw new Error(`the plan has no scenario "${scenario.name}"`);
  const id = { iteration: scenario.iterationInTest, run: scenario.startTime.toString(36) };
  const result = send(prepared, difyBody(prepared, id), {
    headers: { Authorization: `Bearer ${prepared.key}`, 'Content-Type': 'application/json' },
    endpoint: endpoints[prepared.kind],
    expect: prepared.responseMode === 'streaming' ? 'stream' : 'json',
    terminal: terminalEvents[prepared.kind],
    timeout: `${prepared.requestTimeoutSeconds}s`,
    fromIntendedStart: true,
  });
  // A run that was interrupted says nothing of the server.
  if (result.outcome !== 'stopped')
    check(result, { 'answer is complete': ({ outcome }) => outcome === 'ok' });
}

function send(prepared: PreparedScenario, body: string, params: RequestParams): RequestResult {
  if (sse.request) return sse.request('POST', prepared.url, body, params);
  throw new Error('this k6 has no k6/x/sse with request(): build it from scenarios/extension');
}
