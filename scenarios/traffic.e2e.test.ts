/// <reference types="node" />
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { randomArrivalSeconds } from './lib/random-arrivals.ts';
import { type K6Options, planOf, RecordedLoad, startK6, steady } from './testing/run-k6.ts';

/** k6 as users run it, against a server that answers each request by its path and sends tokens every 20 ms. */

const key = 'app-secret-of-this-test';
const keys = { TUNE_KEY_CHAT: key, TUNE_KEY_WORKFLOW: key };
const tokenGapMs = 20;
const tokensPerAnswer = 10;
let folder: string;
let server: Server;
let baseUrl: string;
let asked: { user: string; query?: string; atMs: number }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'traffic-'));
  server = createServer((request, response) => {
    const atMs = performance.now();
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ ...JSON.parse(body), atMs });
      answer(request.url ?? '', response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
beforeEach(() => {
  asked = [];
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

const bothKinds = (seconds: number) =>
  planOf(baseUrl, [
    steady('chat', { perSecond: 10, seconds }),
    steady('workflow', { perSecond: 5, seconds }),
  ]);

const start = (name: string, options: Partial<K6Options> = {}) =>
  startK6({ folder, name, environment: keys, ...options });

describe('k6 with a load plan', () => {
  it('records every request, token and gap of both kinds of app, and no key', async () => {
    const k6 = start('both', { plan: bothKinds(4) });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    expect(load.lines[0]?.type).toBe('header');
    expect(load.lines.at(-1)?.type).toBe('footer');
    // 4 s at 10 and 5 a second; k6 leaves out the arrival due at the very end.
    const chats = load.total('requests', { scenario: 'chat', outcome: 'ok' });
    const runs = load.total('requests', { scenario: 'workflow', outcome: 'ok' });
    expect([39, 40]).toContain(chats);
    expect([19, 20]).toContain(runs);
    expect(new Set(asked.map(({ user }) => user)).size).toBe(chats + runs);
    expect(load.total('tokens', { scenario: 'chat' })).toBe(chats * tokensPerAnswer);
    expect(load.total('inter_token_gap_ms', { scenario: 'workflow' })).toBe(runs * (tokensPerAnswer - 1));
    expect(load.total('queue_wait_ms', { scenario: 'workflow', outcome: 'ok' })).toBe(runs);
    expect(load.total('queue_wait_ms', { scenario: 'chat' })).toBe(0);
    expect(load.total('scheduling_delay_ms', { scenario: 'chat', outcome: 'ok' })).toBe(chats);
    expect(readFileSync(k6.load, 'utf8')).not.toContain(key);
  });

  it('leaves whole lines and no footer when it is killed', async () => {
    const k6 = start('killed', { plan: bothKinds(60) });
    await new Promise((resolve) => setTimeout(resolve, 4500));
    k6.process.kill('SIGKILL');
    await k6.ended;
    const load = new RecordedLoad(k6.load);
    expect(load.lines.some((line) => line.type === 'footer')).toBe(false);
    expect(load.lines.filter((line) => line.type === 'bucket').length).toBeGreaterThanOrEqual(2);
    expect(load.total('requests', { scenario: 'chat', outcome: 'ok' })).toBeGreaterThan(5);
  });

  it('names the key that is missing before it makes any load', async () => {
    const { code, text } = await start('keyless', {
      plan: bothKinds(5),
      environment: { TUNE_KEY_CHAT: key },
    }).ended;
    expect(code).toBe(107);
    expect(text).toContain('TUNE_KEY_WORKFLOW is not set');
    expect(text).not.toContain(key);
    expect(asked).toEqual([]);
  });
});

describe('random arrivals', () => {
  /** How far a recording's seconds are from moments, under the beginning of k6's clock that suits them best. */
  const distance = (recorded: readonly number[], moments: readonly number[]) => {
    const under = (delay: number) => {
      const planned = recorded.map(() => 0);
      for (const moment of moments)
        planned[Math.floor(moment + delay)] = (planned[Math.floor(moment + delay)] ?? 0) + 1;
      return planned.reduce((sum, count, second) => sum + Math.abs(count - (recorded[second] ?? 0)), 0);
    };
    return Math.min(...Array.from({ length: 100 }, (_, step) => under(step * 0.02)));
  };

  it('come in the bursts and pauses that were drawn for each scenario, and are timed from those moments', async () => {
    const rate = { perSecond: 15, seconds: 8 };
    const random = { arrivalSpacing: 'random', preAllocatedVUs: 60, maxVUs: 60 } as const;
    const scenarios = [steady('chat', rate, random), steady('workflow', rate, random)];
    const k6 = start('random', { plan: planOf(baseUrl, scenarios, { seed: 3 }) });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    expect(load.total('dropped_iterations')).toBe(0);
    expect(load.sum('scheduling_delay_ms') / load.total('scheduling_delay_ms')).toBeLessThan(100);
    for (const scenario of scenarios) {
      const drawn = randomArrivalSeconds(scenario, 3);
      expect(load.total('requests', { scenario: scenario.name, outcome: 'ok' })).toBe(drawn.length);
      const recorded = load.perSecond('requests_started', { scenario: scenario.name });
      const even = Array.from({ length: drawn.length }, (_, n) => ((n + 1) * rate.seconds) / drawn.length);
      // A start that is late by some milliseconds may fall into the next second.
      expect(distance(recorded, drawn)).toBeLessThanOrEqual(6);
      expect(distance(recorded, even)).toBeGreaterThan(12);
    }
  });
});

describe('a replay', () => {
  it('comes at the moments of its trace, with its sizes, and is timed from them', async () => {
    // A burst, a silence, two at one moment.
    const moments = [0.3, 0.31, 0.32, 0.33, 1.8, 1.8, 2.55];
    const arrivals = moments.map((moment, index) => `${moment},${5 + index},${20 + index}`);
    const scenario = steady(
      'chat',
      { perSecond: 2, seconds: 3 },
      { arrivals, promptSuffix: '[[n={answerTokens}]]' },
    );
    const k6 = start('replay', { plan: planOf(baseUrl, [scenario]) });
    expect(await k6.ended).toEqual({ code: 0, text: '' });

    // Those at one moment may overtake each other on their way.
    const inOrder = asked
      .map(({ query = '', atMs }) => ({ words: query.split(' '), atMs }))
      .sort((a, b) => a.words.length - b.words.length);
    expect(inOrder.map(({ words }) => [words.length, words.at(-1)])).toEqual(
      moments.map((_, index) => [5 + index + 1, `[[n=${20 + index}]]`]),
    );
    // From the first to each other: when k6's clock began is not known here. Generous, for a busy machine.
    const first = inOrder[0]?.atMs ?? 0;
    for (const [index, { atMs }] of inOrder.entries()) {
      const expected = (moments[index] ?? 0) - (moments[0] ?? 0);
      expect(Math.abs((atMs - first) / 1000 - expected)).toBeLessThan(0.3);
    }
    const load = new RecordedLoad(k6.load);
    expect(load.total('requests', { outcome: 'ok' })).toBe(moments.length);
    // Had the moments not been those of the trace, starts would look hundreds of milliseconds late.
    expect(load.sum('scheduling_delay_ms') / moments.length).toBeLessThan(100);
  });
});

describe('a k6 without the project extension', () => {
  it('measures the same in callback mode', async () => {
    const k6 = start('callback', { plan: bothKinds(3), environment: { ...keys, TUNE_SSE: 'callback' } });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    const chats = load.total('requests', { scenario: 'chat', outcome: 'ok' });
    const runs = load.total('requests', { scenario: 'workflow', outcome: 'ok' });
    expect([29, 30]).toContain(chats);
    expect([14, 15]).toContain(runs);
    expect(load.total('requests_started')).toBe(chats + runs);
    expect(load.total('tokens', { scenario: 'chat' })).toBe(chats * tokensPerAnswer);
    expect(load.total('inter_token_gap_ms', { scenario: 'workflow' })).toBe(runs * (tokensPerAnswer - 1));
    expect(load.total('queue_wait_ms', { scenario: 'workflow', outcome: 'ok' })).toBe(runs);
    expect(load.total('scheduling_delay_ms')).toBe(chats + runs);
    // Ten tokens, 20 ms apart, the first of them 20 ms after the request.
    const tags = { scenario: 'chat' };
    const meanMs = (metric: string) => load.sum(metric, tags) / load.total(metric, tags);
    expect(meanMs('inter_token_gap_ms')).toBeGreaterThan(15);
    expect(meanMs('time_to_first_token_ms')).toBeGreaterThanOrEqual(15);
    expect(meanMs('stream_duration_ms')).toBeGreaterThan(meanMs('time_to_first_token_ms') + 150);
  });
});

describe('the scripts by themselves', () => {
  it.each([
    { script: 'chat.ts', path: 'chat', more: {} },
    { script: 'workflow.ts', path: 'workflow', more: {} },
    { script: 'mixed.ts', path: 'chat', more: { TUNE_MIX: 'chat=1' } },
    { script: 'soak.ts', path: 'workflow', more: { TUNE_MIX: 'workflow=1' } },
    { script: 'soak.ts', path: 'chat', more: { TUNE_MIX: 'chat=1', TUNE_DAYS: '2', TUNE_PEAK: '8' } },
    { script: 'spike.ts', path: 'chat', more: { TUNE_MIX: 'chat=3,workflow=1', TUNE_PEAK: '20' } },
  ])('$script makes load by its environment, without a plan', async ({ script, path, more }) => {
    const k6 = start(`alone-${script}`, {
      script,
      environment: { ...keys, TUNE_BASE_URL: baseUrl, TUNE_RATE: '5', TUNE_DURATION: '2s', ...more },
    });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    expect(new RecordedLoad(k6.load).total('requests', { scenario: path, outcome: 'ok' })).toBeGreaterThan(4);
  });

  it('say what is missing where they are given neither a plan nor an address', async () => {
    const { code, text } = await start('nothing', { environment: keys }).ended;
    expect(code).toBe(107);
    expect(text).toContain('neither TUNE_LOAD_PLAN');
  });
});
