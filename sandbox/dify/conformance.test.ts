/** Every recorded exchange with a real Dify 1.12.1, asked again of the stand-in over real HTTP. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { World } from '../worlds/world.ts';
import { staticPods } from './kubernetes/static-pods.ts';
import { MemoryBroker } from './queue/memory-broker.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import {
  type Answer,
  type Capture,
  captureNames,
  eventName,
  readCapture,
  shapeOf,
} from './testing/capture.ts';
import { askOverHttp } from './testing/raw-request.ts';
import { worldNamed } from './testing/trial.ts';

/** Virtual time runs so much faster than the clock: the slow model's 22 s are one. */
const speed = 20;

function start(dify: Partial<World['dify']>): Promise<StandIn> {
  const world = worldNamed('comfortable', (shipped) => ({ dify: { ...shipped.dify, ...dify } }));
  return startStandIn({
    world,
    pods: staticPods(world.cluster, { api: 2, worker: 2 }),
    newBroker: (scheduler) => new MemoryBroker(scheduler),
    port: 0,
    truthFile: null,
    speed,
  });
}

/** The key of the app a capture was made with, which its name tells. */
function keyOf({ name, key }: Capture): string | null {
  if (key === 'dataset-KEY') return 'dataset-sandbox';
  if (key !== 'app-KEY') return key;
  if (name.startsWith('chatflow')) return 'app-sandbox-chatflow';
  if (name.startsWith('workflow_nollm')) return 'app-sandbox-workflow-nollm';
  if (/^workflow|_wf_|_workflow_/.test(name)) return 'app-sandbox-workflow';
  return 'app-sandbox-chat';
}

/** Ids the recorded Dify had made before, in the words of this one. */
type Ids = Readonly<Record<string, string>>;

function replay(standIn: StandIn, capture: Capture, ids: Ids = {}): Promise<Answer> {
  const renamed = (text: string) =>
    Object.entries(ids).reduce((result, [theirs, ours]) => result.replaceAll(theirs, ours), text);
  return askOverHttp({
    port: standIn.port,
    method: capture.method,
    path: renamed(capture.path),
    key: keyOf(capture),
    body: renamed(capture.requestBody),
  });
}

/** Headers that say the same in every exchange of a kind; `vary` comes from a proxy of the recorded set-up. */
function comparable(headers: Answer['headers']): object {
  const { date: _date, vary: _vary, 'content-length': length, ...rest } = headers;
  return { ...rest, 'content-length': length === undefined ? 'none' : 'some' };
}

/** What differs between any two runs of the same request. */
function neutral(body: string): unknown {
  return JSON.parse(
    body
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
      .replace(/req_id: [0-9a-f]{10}/g, 'req_id: ID'),
  );
}

function expectSame(answer: Answer, { answer: recorded }: Capture): void {
  expect(answer.statusLine).toBe(recorded.statusLine);
  expect(comparable(answer.headers)).toEqual(comparable(recorded.headers));
  expect(answer.events.map(eventName)).toEqual(recorded.events.map(eventName));
  for (const [index, data] of recorded.events.entries()) {
    if (data === 'ping') continue;
    expect(shapeOf(JSON.parse(answer.events[index] ?? 'null'))).toEqual(shapeOf(JSON.parse(data)));
  }
  if (recorded.body === '') return;
  expect(shapeOf(JSON.parse(answer.body))).toEqual(shapeOf(JSON.parse(recorded.body)));
}

describe('the stand-in answers like Dify 1.12.1', () => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await start({
      version: '1.12.1',
      streamingWorkflowsRunOn: 'api',
      pingsBeforeWorkflow: false,
      autoNameWaitSeconds: 1,
    });
  });
  afterAll(() => standIn.close());

  const needsHistory = /^dataset_|over_limit|^limit_first|turn2|err_dataset_high_quality/;
  const plain = captureNames().filter((name) => !needsHistory.test(name));

  it.concurrent.each(plain)('%s', async (name) => {
    const capture = readCapture(name);
    const answer = await replay(standIn, capture);
    expectSame(answer, capture);
    const isRefusal = !capture.answer.statusLine.includes(' 200 ');
    if (isRefusal) expect(neutral(answer.body)).toEqual(neutral(capture.answer.body));
  });

  it.concurrent('says the recorded words of a failing model, inside a stream with status 200', async () => {
    for (const name of [
      'err_llm_429_chat_streaming',
      'err_llm_500_chat_streaming',
      'err_llm_cut_midstream',
    ]) {
      const capture = readCapture(name);
      const { events } = await replay(standIn, capture);
      const errorOf = (all: readonly string[]) => JSON.parse(all.at(-1) ?? 'null');
      const { code, status, message } = errorOf(capture.answer.events);
      expect(errorOf(events)).toMatchObject({ code, status, message });
    }
  });

  it.concurrent('says the recorded words of an answer', async () => {
    const capture = readCapture('chat_blocking');
    const answer = await replay(standIn, capture);
    expect(JSON.parse(answer.body).answer).toBe(JSON.parse(capture.answer.body).answer);
  });

  it.concurrent('chat_streaming_turn2 goes on with the conversation of the first turn', async () => {
    const first = await replay(standIn, readCapture('chat_streaming'));
    const capture = readCapture('chat_streaming_turn2');
    const theirs = JSON.parse(capture.requestBody).conversation_id;
    const ours = JSON.parse(first.events[0] ?? 'null').conversation_id;
    const answer = await replay(standIn, capture, { [theirs]: ours });
    expectSame(answer, capture);
    expect(JSON.parse(answer.events[0] ?? 'null').conversation_id).toBe(ours);
  });

  it.concurrent('the dataset calls, from creation to search', async () => {
    const created = readCapture('dataset_create');
    const made = await replay(standIn, created);
    expectSame(made, created);
    const ids = {
      'f9f1c758-fe66-49b0-ba8f-9400d2052781': JSON.parse(made.body).id,
      '641f4d89-ea0c-4666-8373-664ccf519a37': JSON.parse(made.body).id,
    };
    const list = readCapture('dataset_list');
    expectSame(await replay(standIn, list), list);
    const text = readCapture('dataset_create_by_text');
    const stored = await replay(standIn, text, ids);
    expectSame(stored, text);
    const batch = JSON.parse(stored.body).batch;
    const status = readCapture('dataset_indexing_status_completed');
    const states = new Set<string>();
    for (;;) {
      const answer = await replay(standIn, status, { ...ids, '20261122183739335271': batch });
      const [{ indexing_status: state }] = JSON.parse(answer.body).data;
      states.add(state);
      if (state !== 'completed') continue;
      expectSame(answer, status);
      break;
    }
    expect([...states].every((state) => ['waiting', 'indexing', 'completed'].includes(state))).toBe(true);
    for (const name of ['dataset_documents', 'dataset_retrieve', 'err_dataset_high_quality_no_embedding']) {
      const capture = readCapture(name);
      expectSame(await replay(standIn, capture, ids), capture);
    }
  });

  it.concurrent('tells health, threads and pool without a key', async () => {
    const get = (path: string) =>
      askOverHttp({ port: standIn.port, method: 'GET', path, key: null, body: '' });
    const shape = async (path: string) => shapeOf(JSON.parse((await get(path)).body));
    expect(await shape('/health')).toEqual({ pid: 'number', status: 'string', version: 'string' });
    expect(await shape('/threads')).toEqual({
      pid: 'number',
      thread_num: 'number',
      threads: [{ name: 'string', id: 'number', is_alive: 'boolean' }],
    });
    expect(await shape('/db-pool-stat')).toEqual({
      pid: 'number',
      pool_size: 'number',
      checked_in_connections: 'number',
      checked_out_connections: 'number',
      overflow_connections: 'number',
      connection_timeout: 'number',
      recycle_time: 'number',
    });
  });
});

describe('an app with max_active_requests 1', () => {
  it('refuses a second request with 400 invalid_param while the first goes on, and takes the next', async () => {
    const standIn = await start({ version: '1.12.1', maxActiveRequests: 1 });
    const first = readCapture('limit_first');
    const firstAnswer = replay(standIn, first);
    await expect.poll(() => standIn.fleet.pods.some(({ process }) => process.inService > 0)).toBe(true);
    for (const name of ['err_over_limit_streaming', 'err_over_limit_blocking']) {
      const capture = readCapture(name);
      const answer = await replay(standIn, capture);
      expectSame(answer, capture);
      expect(neutral(answer.body)).toEqual(neutral(capture.answer.body));
    }
    expectSame(await firstAnswer, first);
    const next = await replay(standIn, first);
    expect(next.statusLine).toBe('HTTP/1.1 200 OK');
    await standIn.close();
  });
});

describe('the stand-in relays runs from a worker like Dify 1.13', () => {
  let standIn: StandIn;
  beforeAll(async () => {
    standIn = await start({ streamingWorkflowsRunOn: 'worker', pingsBeforeWorkflow: true });
  });
  afterAll(() => standIn.close());

  const names = ['workflow_streaming', 'workflow_nollm_streaming', 'err_llm_500_workflow_streaming'];
  it.concurrent.each(names)('%s: a ping first, then the events of 1.12', async (name) => {
    const { answer: recorded, ...capture } = readCapture(name);
    const events = ['ping', ...recorded.events];
    const headers = { ...recorded.headers, 'x-version': '1.13.3' };
    const expected = { ...capture, answer: { ...recorded, events, headers } };
    expectSame(await replay(standIn, expected), expected);
  });

  it.concurrent('chatflow_streaming: the message ends before the workflow, which ends the stream', async () => {
    const { answer: recorded, ...capture } = readCapture('chatflow_streaming');
    const [finished, ended] = recorded.events.slice(-2);
    const events = ['ping', ...recorded.events.slice(0, -2), ended ?? '', finished ?? ''];
    const headers = { ...recorded.headers, 'x-version': '1.13.3' };
    const expected = { ...capture, answer: { ...recorded, events, headers } };
    expectSame(await replay(standIn, expected), expected);
  });
});
