/// <reference types="node" />
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolPath } from '../scripts/tools/tool-paths.ts';
import { type LoadLine, loadLineSchema } from '../tuner/contracts/load-buckets.ts';
import { type LoadPlan, loadPlanSchema } from '../tuner/contracts/load-plan.ts';

/** k6 as users run it, against a server that answers each request by its path and sends tokens every 20 ms. */

const key = 'app-secret-of-this-test';
const tokenGapMs = 20;
const tokensPerAnswer = 10;
let folder: string;
let server: Server;
let baseUrl: string;
let users: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'traffic-'));
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      users.push(JSON.parse(body).user);
      answer(request.url ?? '', response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function answer(path: string, response: ServerResponse): void {
  const isChat = path.endsWith('/chat-messages');
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  const send = (event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  if (!isChat) send({ event: 'workflow_started', data: {} });
  let sent = 0;
  const timer = setInterval(() => {
    if (sent++ < tokensPerAnswer) {
      send(isChat ? { event: 'message', answer: 'x' } : { event: 'text_chunk', data: { text: 'x' } });
      return;
    }
    clearInterval(timer);
    send(isChat ? { event: 'message_end' } : { event: 'workflow_finished', data: { status: 'succeeded' } });
    response.end();
  }, tokenGapMs);
  response.on('close', () => clearInterval(timer));
}

function writePlan(seconds: number): { plan: string; load: string } {
  const scenario = (kind: 'chat' | 'workflow', arrivalsPerSecond: number) => ({
    name: kind,
    kind,
    responseMode: 'streaming' as const,
    startArrivalsPerSecond: arrivalsPerSecond,
    stages: [{ durationSeconds: seconds, arrivalsPerSecond }],
    preAllocatedVUs: 20,
    maxVUs: 20,
    gracefulStopSeconds: 5,
    requestTimeoutSeconds: 5,
    inputs: { question: '{prompt}' },
    promptTokens: 10,
    promptSuffix: '',
  });
  const plan: LoadPlan = loadPlanSchema.parse({
    schemaVersion: 1,
    seed: 1,
    baseUrl,
    scenarios: [scenario('chat', 10), scenario('workflow', 5)],
  });
  const path = join(folder, `plan-${seconds}.json`);
  writeFileSync(path, JSON.stringify(plan));
  return { plan: path, load: join(folder, `load-${seconds}.ndjson`) };
}

function startK6(files: { plan: string; load: string }, environment: NodeJS.ProcessEnv): ChildProcess {
  const flags = ['--quiet', '--no-usage-report', '--summary-mode=disabled', '--no-thresholds', '--address='];
  return spawn(
    toolPath('k6'),
    ['run', ...flags, '--out', `buckets=${files.load}`, join(import.meta.dirname, 'mixed.ts')],
    {
      env: { ...process.env, TUNE_LOAD_PLAN: files.plan, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

async function ended(k6: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = '';
  for (const stream of [k6.stdout, k6.stderr]) {
    stream?.on('data', (chunk) => {
      text += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => k6.on('close', resolve));
  return { code, text };
}

function readLines(path: string): LoadLine[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => loadLineSchema.parse(JSON.parse(line)));
}

/** Sum of a counter, or samples of a trend, over the whole file. */
function total(lines: readonly LoadLine[], metric: string, scenario: string, outcome: string): number {
  const series = lines.filter((line) => line.type === 'series');
  const ids = series
    .filter((line) => line.metric === metric && line.scenario === scenario && line.outcome === outcome)
    .map(({ id, kind }) => ({ id, kind }));
  const values = lines.flatMap((line) => (line.type === 'bucket' ? line.values : []));
  return ids.reduce(
    (sum, { id, kind }) =>
      sum +
      values
        .filter((value) => value.id === id)
        .reduce((inner, value) => inner + (kind === 'trend' ? value.count : value.sum), 0),
    0,
  );
}

const keys = { TUNE_KEY_CHAT: key, TUNE_KEY_WORKFLOW: key };

describe('k6 with a load plan', () => {
  it('records every request, token and gap of both kinds of app, and no key', async () => {
    users = [];
    const files = writePlan(4);
    const { code, text } = await ended(startK6(files, keys));
    expect({ code, text }).toEqual({ code: 0, text: '' });
    const lines = readLines(files.load);
    expect(lines[0]?.type).toBe('header');
    expect(lines.at(-1)?.type).toBe('footer');
    // 4 s at 10 and 5 a second; k6 leaves out the arrival due at the very end.
    const chats = total(lines, 'requests', 'chat', 'ok');
    const runs = total(lines, 'requests', 'workflow', 'ok');
    expect([39, 40]).toContain(chats);
    expect([19, 20]).toContain(runs);
    expect(new Set(users).size).toBe(chats + runs);
    expect(total(lines, 'tokens', 'chat', '')).toBe(chats * tokensPerAnswer);
    expect(total(lines, 'inter_token_gap_ms', 'workflow', '')).toBe(runs * (tokensPerAnswer - 1));
    expect(total(lines, 'queue_wait_ms', 'workflow', 'ok')).toBe(runs);
    expect(total(lines, 'queue_wait_ms', 'chat', 'ok')).toBe(0);
    expect(total(lines, 'scheduling_delay_ms', 'chat', 'ok')).toBe(chats);
    expect(readFileSync(files.load, 'utf8')).not.toContain(key);
  });

  it('leaves whole lines and no footer when it is killed', async () => {
    const files = writePlan(60);
    const k6 = startK6(files, keys);
    await new Promise((resolve) => setTimeout(resolve, 4500));
    k6.kill('SIGKILL');
    await ended(k6);
    const lines = readLines(files.load);
    expect(lines.some((line) => line.type === 'footer')).toBe(false);
    expect(lines.filter((line) => line.type === 'bucket').length).toBeGreaterThanOrEqual(2);
    expect(total(lines, 'requests', 'chat', 'ok')).toBeGreaterThan(5);
  });

  it('names the key that is missing before it makes any load', async () => {
    users = [];
    const { code, text } = await ended(startK6(writePlan(5), { TUNE_KEY_CHAT: key }));
    expect(code).toBe(107);
    expect(text).toContain('TUNE_KEY_WORKFLOW is not set');
    expect(text).not.toContain(key);
    expect(users).toEqual([]);
  });
});
