/// <reference types="node" />
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDatasetId } from '../sandbox/dify/service/datasets.ts';
import { deleteLeftDocuments } from '../tuner/load/delete-left-documents.ts';
import { type K6Options, planOf, RecordedLoad, startK6, steady } from './testing/run-k6.ts';

/** Users who hold conversations, stop answers and put documents into knowledge bases, of the stand-in Dify. */

const keys = {
  TUNE_KEY_CHAT: 'app-sandbox-chat',
  TUNE_KEY_WORKFLOW: 'app-sandbox-workflow',
  TUNE_KEY_INDEXING: 'dataset-sandbox',
};
/** Of the mock model: 20 tokens in half a second. */
const promptSuffix = '[[ttft=0.05 tps=40 n=20]]';
const indexing = {
  responseMode: 'blocking' as const,
  indexing: {
    datasetId: firstDatasetId,
    indexingTechnique: 'economy' as const,
    pollSeconds: 0.2,
    timeoutSeconds: 20,
  },
};
let folder: string;
let standIn: ChildProcess;
let baseUrl: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'users-'));
  const world = join(import.meta.dirname, '..', 'sandbox', 'worlds', 'comfortable.yaml');
  const main = join(import.meta.dirname, '..', 'sandbox', 'dify', 'main.ts');
  standIn = spawn(process.execPath, [main, '--world', world, '--static-pods', 'api=2,worker=1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    standIn.stdout?.once('data', (line) => resolve(JSON.parse(String(line)).httpPort));
    standIn.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)));
  });
  baseUrl = `http://127.0.0.1:${port}/v1`;
});
afterAll(() => {
  standIn.kill();
  rmSync(folder, { recursive: true });
});

const start = (name: string, options: Partial<K6Options> = {}) =>
  startK6({ folder, name, environment: keys, ...options });

async function documentsLeft(): Promise<string[]> {
  const url = `${baseUrl}/datasets/${firstDatasetId}/documents?limit=100`;
  const reply = await fetch(url, { headers: { authorization: `Bearer ${keys.TUNE_KEY_INDEXING}` } });
  return ((await reply.json()) as { data: { name: string }[] }).data.map(({ name }) => name);
}

async function conversationsOf(user: string): Promise<number> {
  const reply = await fetch(`${baseUrl}/conversations?user=${user}`, {
    headers: { authorization: `Bearer ${keys.TUNE_KEY_CHAT}` },
  });
  return ((await reply.json()) as { data: unknown[] }).data.length;
}

describe('conversations', () => {
  it('go on under one id, each message timed from its own start', async () => {
    const talk = { turns: 3, thinkSeconds: 0.6, promptSuffix, gracefulStopSeconds: 20 };
    const k6 = start('talk', {
      plan: planOf(baseUrl, [steady('chat', { perSecond: 2, seconds: 3 }, talk)], { run: 'talk' }),
    });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    const opened = load.total('requests', { endpoint: 'chat-messages', outcome: 'ok' });
    expect([5, 6]).toContain(opened);
    // Without the id each message would open a conversation of its own.
    expect(await conversationsOf('tune-talk-chat-0')).toBe(1);
    expect(load.total('requests', { endpoint: 'chat-messages-next', outcome: 'ok' })).toBe(opened * 2);
    expect(load.total('requests')).toBe(opened * 3);
    expect(load.total('scheduling_delay_ms')).toBe(opened);
    // Had the time to think been counted, later answers would take more than twice the half second.
    const tags = { endpoint: 'chat-messages-next' };
    const meanMs = load.sum('stream_duration_ms', tags) / load.total('stream_duration_ms', tags);
    expect(meanMs).toBeGreaterThan(450);
    expect(meanMs).toBeLessThan(1000);
  });

  it('carry the id on in blocking mode and in callback mode as well', async () => {
    const talk = { turns: 2, thinkSeconds: 0.1, promptSuffix, gracefulStopSeconds: 20 };
    const run = (name: string, more: object, environment: object) =>
      start(name, {
        plan: planOf(baseUrl, [steady('chat', { perSecond: 3, seconds: 2 }, { ...talk, ...more })], {
          run: name,
        }),
        environment: { ...keys, ...environment },
      });
    const blocking = { responseMode: 'blocking' };
    const callback = { TUNE_SSE: 'callback' };
    const runs = {
      'talk-blocking': run('talk-blocking', blocking, {}),
      'talk-callback': run('talk-callback', {}, callback),
      'talk-callback-blocking': run('talk-callback-blocking', blocking, callback),
    };
    for (const [name, k6] of Object.entries(runs)) {
      expect(await k6.ended).toEqual({ code: 0, text: '' });
      expect(await conversationsOf(`tune-${name}-chat-0`)).toBe(1);
      const load = new RecordedLoad(k6.load);
      const opened = load.total('requests', { endpoint: 'chat-messages', outcome: 'ok' });
      expect(opened).toBeGreaterThanOrEqual(5);
      expect(load.total('requests', { endpoint: 'chat-messages-next', outcome: 'ok' })).toBe(opened);
    }
  });

  it('with an agent count the tokens of its messages, not its thoughts', async () => {
    const k6 = start('agent', {
      plan: planOf(baseUrl, [steady('chat', { perSecond: 3, seconds: 2 }, { promptSuffix })]),
      environment: { ...keys, TUNE_KEY_CHAT: 'app-sandbox-agent' },
    });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    const served = load.total('requests', { outcome: 'ok' });
    expect(served).toBeGreaterThanOrEqual(5);
    expect(load.total('tokens')).toBe(served * 20);
  });
});

describe('users who stop an answer', () => {
  it.each(['hangUp', 'stopCall'] as const)(
    'by %s end it after so many tokens, which is no failure',
    async (by) => {
      const impatient = { stop: { share: 1, afterTokens: 5, by }, promptSuffix };
      const k6 = start(`stop-${by}`, {
        plan: planOf(baseUrl, [
          steady('chat', { perSecond: 3, seconds: 2 }, impatient),
          steady('workflow', { perSecond: 2, seconds: 2 }, impatient),
        ]),
      });
      expect(await k6.ended).toEqual({ code: 0, text: '' });
      const load = new RecordedLoad(k6.load);
      const stopped = load.total('requests', { outcome: 'stopped' });
      expect(stopped).toBeGreaterThanOrEqual(8);
      expect(load.total('requests')).toBe(stopped);
      expect(load.total('tokens')).toBe(stopped * 5);
      // Dify answers 200 to a stop.
      const calls = load.total('calls', { endpoint: 'stop', outcome: 'ok' });
      expect(calls).toBe(by === 'stopCall' ? stopped : 0);
    },
  );

  it('are a share of all, by lot', async () => {
    const plan = planOf(baseUrl, [
      steady(
        'chat',
        { perSecond: 15, seconds: 3 },
        { stop: { share: 0.5, afterTokens: 2, by: 'hangUp' }, promptSuffix },
      ),
    ]);
    const k6 = start('stop-half', { plan });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    const stopped = load.total('requests', { outcome: 'stopped' });
    // Binomial, 44 of 1/2: outside of 9 to 35 once in some 10,000 seeds, and the seed is fixed.
    expect(stopped).toBeGreaterThanOrEqual(9);
    expect(stopped).toBeLessThanOrEqual(35);
    expect(load.total('requests', { outcome: 'ok' })).toBe(load.total('requests') - stopped);
  });
});

describe('workflows with a data file', () => {
  it('send the columns of their rows as inputs', async () => {
    const dataFile = join(folder, 'rows.csv');
    writeFileSync(dataFile, 'city,question\nBonn,"how far, exactly? [[n=3 ttft=0.05 tps=40]]"\n');
    const k6 = start('rows', {
      plan: planOf(baseUrl, [
        steady(
          'workflow',
          { perSecond: 2, seconds: 2 },
          { dataFile, inputs: { question: '{city}: {question}' } },
        ),
      ]),
    });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    const served = load.total('requests', { outcome: 'ok' });
    expect(served).toBeGreaterThanOrEqual(3);
    // Three tokens, as the row's own question asks of the mock model.
    expect(load.total('tokens')).toBe(served * 3);
  });
});

describe('indexing', () => {
  it('tells when each document was indexed, and deletes it', async () => {
    const k6 = start('indexing', {
      script: 'indexing.ts',
      plan: planOf(baseUrl, [
        steady('indexing', { perSecond: 2, seconds: 2 }, { ...indexing, gracefulStopSeconds: 20 }),
      ]),
    });
    expect(await k6.ended).toEqual({ code: 0, text: '' });
    const load = new RecordedLoad(k6.load);
    const created = load.total('requests', { endpoint: 'create-by-text', outcome: 'ok' });
    expect(created).toBeGreaterThanOrEqual(3);
    expect(load.total('documents', { endpoint: 'indexing', outcome: 'ok' })).toBe(created);
    expect(load.total('time_to_indexed_ms', { outcome: 'ok' })).toBe(created);
    // The world's 110 ms on the worker at least, and a poll.
    expect(load.sum('time_to_indexed_ms') / created).toBeGreaterThan(200);
    expect(load.total('calls', { endpoint: 'delete-document', outcome: 'ok' })).toBe(created);
    expect(load.total('calls', { endpoint: 'indexing-status' })).toBeGreaterThanOrEqual(created);
    // Polls and deletions are no arrivals.
    expect(load.total('requests')).toBe(created);
    expect(await documentsLeft()).toEqual([]);
  });

  it('leaves no document behind when it is stopped in the middle of its work', async () => {
    // Slower to poll than the run is long: without the teardown every document would stay.
    const slow = { ...indexing, indexing: { ...indexing.indexing, pollSeconds: 30 }, gracefulStopSeconds: 0 };
    const k6 = start('indexing-stopped', {
      plan: planOf(baseUrl, [steady('indexing', { perSecond: 4, seconds: 60 }, slow)], {
        run: 'stopped-run',
      }),
    });
    await expect
      .poll(async () => (await documentsLeft()).length, { timeout: 15_000 })
      .toBeGreaterThanOrEqual(5);
    k6.process.kill('SIGINT');
    const names = await documentsLeft();
    expect(names.every((name) => name.startsWith('tune-stopped-run-0-indexing-'))).toBe(true);
    await k6.ended;
    expect(await documentsLeft()).toEqual([]);
  });

  it('leaves none behind either when k6 is killed: tune then deletes them itself', async () => {
    const slow = { ...indexing, indexing: { ...indexing.indexing, pollSeconds: 30 } };
    const plan = planOf(baseUrl, [steady('indexing', { perSecond: 4, seconds: 60 }, slow)], {
      run: 'killed',
    });
    const k6 = start('indexing-killed', { plan });
    await expect
      .poll(async () => (await documentsLeft()).length, { timeout: 15_000 })
      .toBeGreaterThanOrEqual(5);
    k6.process.kill('SIGKILL');
    await k6.ended;
    const left = (await documentsLeft()).length;
    expect(left).toBeGreaterThanOrEqual(5);
    const found = await deleteLeftDocuments({ plan, key: keys.TUNE_KEY_INDEXING });
    expect(found).toEqual({ deleted: left, left: 0 });
    expect(await documentsLeft()).toEqual([]);
  });
});
