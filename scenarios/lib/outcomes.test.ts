import { describe, expect, it } from 'vitest';
import {
  outcomeOfErrorCode,
  outcomeOfErrorEvent,
  outcomeOfErrorText,
  outcomeOfNoResponse,
  outcomeOfRun,
  outcomeOfStatus,
} from './outcomes.ts';

const body = (code: string, message = '') => JSON.stringify({ code, message, status: 0 });

/** As a real Dify passes it on (scenarios/extension/sse/testdata). */
const throttled = '[models] Error: API request failed with status code 429: {"error": {}}';

/** The classes of docs/traffic.md, which scenarios/extension/difyevent has tests of its own for. */
describe('outcomeOfStatus', () => {
  it.each([
    { status: 401, body: body('unauthorized'), outcome: 'http_401' },
    { status: 400, body: body('not_workflow_app'), outcome: 'http_400:not_workflow_app' },
    { status: 400, body: body('invalid_param', 'Too many requests. 3/3'), outcome: 'over_app_limit' },
    { status: 400, body: body('invalid_param', 'query is required'), outcome: 'http_400' },
    { status: 400, body: body('invalid_param', 'Workflow not published'), outcome: 'app_unpublished' },
    { status: 400, body: body('invalid_param', throttled), outcome: 'llm_throttled' },
    { status: 502, body: '<html>', outcome: 'http_502' },
    { status: 400, body: body('a text with blanks'), outcome: 'http_400:other' },
  ])('of $status $body is $outcome', ({ status, body: said, outcome }) => {
    expect(outcomeOfStatus(status, {}, said)).toBe(outcome);
  });

  it('tells whether a rate limit says when to come again, however the header is spelt', () => {
    expect(outcomeOfStatus(429, {}, '')).toBe('http_429');
    expect(outcomeOfStatus(429, { 'retry-after': '3' }, '')).toBe('http_429:retry_after');
  });
});

it('classes an error event by its code', () => {
  expect(outcomeOfErrorEvent(body('invalid_param'))).toBe('stream_error:invalid_param');
  expect(outcomeOfErrorEvent('{"code": 7}')).toBe('stream_error:other');
  expect(outcomeOfErrorEvent(body('invalid_param', throttled))).toBe('llm_throttled');
});

it.each([
  { data: { status: 'succeeded' }, outcome: 'ok' },
  { data: { status: 'partial-succeeded' }, outcome: 'ok' },
  { data: { status: 'failed' }, outcome: 'workflow_failed' },
  { data: { status: 'failed', error: throttled }, outcome: 'llm_throttled' },
  { data: { status: 'stopped' }, outcome: 'stopped' },
  { data: {}, outcome: null },
])('a run that says $data ended as $outcome', ({ data, outcome }) => {
  expect(outcomeOfRun(JSON.stringify({ data }))).toBe(outcome);
});

it.each([
  { code: 1050, outcome: 'no_response' },
  { code: 1101, outcome: 'dns_error' },
  { code: 1212, outcome: 'connect_error' },
  { code: 1220, outcome: 'reset' },
  { code: 1310, outcome: 'tls_error' },
  { code: 1000, outcome: 'cut' },
])('k6 error code $code is $outcome', ({ code, outcome }) => {
  expect(outcomeOfErrorCode(code)).toBe(outcome);
});

it.each([
  { text: 'dial tcp: lookup nowhere.invalid: no such host', outcome: 'dns_error' },
  { text: 'dial tcp 127.0.0.1:9: connect: connection refused', outcome: 'connect_error' },
  { text: 'read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer', outcome: 'reset' },
  { text: 'tls: failed to verify certificate: x509: certificate has expired', outcome: 'tls_error' },
  { text: 'context deadline exceeded', outcome: 'timed_out' },
  { text: 'unexpected EOF', outcome: 'cut' },
])('"$text" is $outcome', ({ text, outcome }) => {
  expect(outcomeOfErrorText(text)).toBe(outcome);
});

it('tells a time-out before any response from one in its middle', () => {
  expect(
    outcomeOfNoResponse('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
  ).toBe('no_response');
  expect(outcomeOfNoResponse('dial tcp 127.0.0.1:9: connect: connection refused')).toBe('connect_error');
});
