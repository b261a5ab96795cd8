import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeRun, quickVariant } from '../../reports/fixtures/make-run.ts';
import { renderReport } from '../../reports/render-report.ts';
import { planOf, startK6, steady } from '../../scenarios/testing/run-k6.ts';
import { isFailedOutcome } from '../contracts/load-buckets.ts';
import { readLoad } from '../derive/read-load.ts';
import { readLines } from '../journal/read-ndjson.ts';

/** Every way in which a target can be bad, from the wire through k6 and its recording to a line in the report. */

const event = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`;
const started = event({ event: 'workflow_started', data: {} });
const chunk = event({ event: 'text_chunk', data: { text: 'x' } });
const finished = (elapsedSeconds: number) =>
  event({ event: 'workflow_finished', data: { status: 'succeeded', elapsed_time: elapsedSeconds } });
const throttled = '[models] Error: API request failed with status code 429: {}';

const refuse = (status: number, code: string, message: string, headers: Record<string, string> = {}) =>
  answering((response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify({ code, message, status }));
  });
const stream = (text: string) =>
  answering((response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end(text);
  });
const answering = (answer: (response: ServerResponse) => void) => answer;

/** Outcome → what the server does. All are told to workflows, which have the richest stream. */
const ways: Readonly<Record<string, (response: ServerResponse) => void>> = {
  http_401: refuse(401, 'unauthorized', 'Access token is invalid'),
  'http_400:not_workflow_app': refuse(400, 'not_workflow_app', 'Please check if your app mode matches'),
  app_unpublished: refuse(400, 'invalid_param', 'Workflow not published'),
  http_429: refuse(429, 'too_many_requests', 'slow down'),
  'http_429:retry_after': refuse(429, 'too_many_requests', 'slow down', { 'Retry-After': '3' }),
  over_app_limit: refuse(400, 'invalid_param', 'Too many requests. Please try again later.'),
  http_500: refuse(500, 'internal_server_error', 'boom'),
  http_503: refuse(503, '', 'no pod'),
  reset: answering((response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(started + chunk);
    setTimeout(() => (response.socket as Socket).resetAndDestroy(), 100);
  }),
  buffered: stream(started + chunk.repeat(20) + finished(3.5)),
  llm_throttled: stream(event({ event: 'error', code: 'invalid_param', status: 400, message: throttled })),
  'stream_error:invalid_param': stream(event({ event: 'error', code: 'invalid_param', message: 'boom' })),
  incomplete: stream(started + chunk),
  no_response: () => {},
  not_a_stream: answering((response) => response.end('<html>Please log in</html>')),
};

let folder: string;
let server: Server;
let baseUrl: string;
let asked = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  const order = Object.values(ways);
  server = createServer((request, response) => {
    request.resume().on('end', () => order[asked++ % order.length]?.(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** Outcome → requests that ended so. */
async function outcomesOf(name: string, url: string, perSecond: number): Promise<Map<string, number>> {
  const rate = { perSecond, seconds: 1 };
  const plan = planOf(url, [steady('workflow', rate, { requestTimeoutSeconds: 2, maxVUs: 60 })]);
  const k6 = startK6({ folder, name, plan, environment: { TUNE_KEY_WORKFLOW: 'app-bad-input' } });
  expect((await k6.ended).code).toBe(0);
  const load = await readLoad(readLines(k6.load), '2026-01-01T00:00:00.000Z', k6.load);
  const counts = new Map<string, number>();
  for (const { tags, sums } of load.find('requests')) {
    for (let second = 0; second < load.durationSeconds; second++) {
      counts.set(tags.outcome, (counts.get(tags.outcome) ?? 0) + sums.at(second));
    }
  }
  return counts;
}

it('gives each way of failing its class, and each class its line in the report', async () => {
  const seen = await outcomesOf('served', `${baseUrl}/v1`, Object.keys(ways).length * 2);
  expect([...seen.keys()].sort()).toEqual(Object.keys(ways).sort());

  const [dns] = await outcomesOf('dns', 'http://no-such-host.invalid/v1', 3);
  const [tls] = await outcomesOf('tls', `${baseUrl.replace('http:', 'https:')}/v1`, 3);
  const [connect] = await outcomesOf('connect', 'http://127.0.0.1:1/v1', 3);
  expect([dns?.[0], tls?.[0], connect?.[0]]).toEqual(['dns_error', 'tls_error', 'connect_error']);

  const all = [...seen, dns, tls, connect].flatMap((each) => (each === undefined ? [] : [each]));
  const shown = reportedFailures(all);
  expect(shown.map(({ outcome }) => outcome).sort()).toEqual(all.map(([outcome]) => outcome).sort());
  for (const { outcome, meaning, next } of shown) {
    expect(isFailedOutcome(outcome)).toBe(true);
    expect(meaning, outcome).not.toContain('does not know');
    expect(next.length, outcome).toBeGreaterThan(20);
  }
  // No two of them say the same.
  expect(new Set(shown.map(({ meaning }) => meaning)).size).toBe(shown.length);
}, 120_000);

/** The report's table of failures for a run whose requests ended so. */
function reportedFailures(outcomes: readonly (readonly [string, number])[]) {
  const input = makeRun(quickVariant);
  if (input.evidence === null) throw new Error('the fixture has evidence');
  const rows = outcomes.map(([outcome, count]) => ({
    requestClass: 'workflow' as const,
    endpoint: 'workflows-run',
    outcome,
    count,
  }));
  const page = renderReport({ ...input, evidence: { ...input.evidence, outcomes: rows } });
  return [...parseHTML(page).document.querySelectorAll('#failures tbody tr')].map((row) => {
    const [outcome = '', , , , meaning = '', next = ''] = [...row.querySelectorAll('th, td')].map((cell) =>
      cell.textContent.trim(),
    );
    return { outcome, meaning, next };
  });
}
