import { describe, expect, it } from 'vitest';
import type { World } from '../../worlds/world.ts';
import { Trial, worldNamed } from '../testing/trial.ts';

const counts = { api: 2, worker: 1 };
const inApi = (world: World) => ({ dify: { ...world.dify, streamingWorkflowsRunOn: 'api' as const } });

const dataOf = (data: string | undefined) => JSON.parse(data ?? 'null');

describe('a streaming chat', () => {
  it('says nothing before the first token but a ping every 10 s', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = trial.chat('[[ttft=25 tps=10 n=1]]');
    trial.advance(24);
    expect(exchange.events.map(({ atMs, data }) => [Math.round(atMs), data])).toEqual([
      [10_000, 'ping'],
      [20_000, 'ping'],
    ]);
    trial.advance(5);
    expect(exchange.eventNames).toEqual(['ping', 'ping', 'message', 'message', 'message_end']);
  });

  it('holds the first message of a conversation back a second where it is to be named, and pays for it', () => {
    const world = worldNamed('comfortable', ({ dify }) => ({ dify: { ...dify, autoNameWaitSeconds: 1 } }));
    const firstMessageMs = (more: object) => {
      const trial = new Trial(world, { api: 1, worker: 0 });
      const exchange = trial.chat('[[ttft=0.1 tps=100 n=2]]', more);
      trial.advance(5);
      const cpuMs = trial.model.fleet.pods[0]?.process.cpu.usedMs ?? 0;
      return { ms: exchange.waitedMsFor('message') ?? 0, cpuMs };
    };
    const [plain, named] = [firstMessageMs({}), firstMessageMs({ auto_generate_name: true })];
    expect(plain.ms).toBeLessThan(300);
    expect(named.ms).toBeGreaterThan(1000);
    expect(named.cpuMs - plain.cpuMs).toBeCloseTo(69, 6);
  });

  it('stops at the next token when told to, and ends in order', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = trial.chat('[[ttft=0.5 tps=10 n=100]]');
    trial.advance(2);
    const { task_id: task } = dataOf(exchange.events[0]?.data);
    const stop = trial.send({
      path: `/v1/chat-messages/${task}/stop`,
      key: 'app-sandbox-chat',
      body: { user: 'u' },
    });
    trial.advance(1);
    expect(stop.reply).toEqual({ status: 200, body: { result: 'success' } });
    expect(exchange.ending).toBe('ended');
    expect(exchange.eventNames.at(-1)).toBe('message_end');
    expect(exchange.events.length).toBeLessThan(20);
  });

  it('does not stop for another user than who asked, and says nothing of it', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = trial.chat('[[ttft=0.5 tps=10 n=30]]');
    trial.advance(2);
    const { task_id: task } = dataOf(exchange.events[0]?.data);
    const path = `/v1/chat-messages/${task}/stop`;
    const stop = trial.send({ path, key: 'app-sandbox-chat', body: { user: 'somebody else' } });
    const wrongRoute = trial.send({
      path: `/v1/workflows/tasks/${task}/stop`,
      key: 'app-sandbox-chat',
      body: { user: 'u' },
    });
    trial.advance(10);
    expect(stop.reply?.status).toBe(200);
    expect(wrongRoute.reply?.body).toMatchObject({ code: 'not_workflow_app' });
    expect(exchange.eventNames.filter((name) => name === 'message')).toHaveLength(31);
  });

  it('wants to know who asks for a stop', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const stop = trial.send({ path: '/v1/chat-messages/x/stop', key: 'app-sandbox-chat', body: {} });
    trial.advance(1);
    expect(stop.reply?.status).toBe(400);
  });

  it('is a 500 when Postgres takes no more connections', () => {
    const world = worldNamed('comfortable', ({ postgres }) => ({
      postgres: { ...postgres, maxConnections: 31, otherConnections: 30 },
    }));
    const trial = new Trial(world, { api: 1, worker: 0 });
    const [first, second] = [trial.chat('hi'), trial.chat('hi')];
    trial.advance(10);
    expect([first.ending, second.reply?.status]).toEqual(['ended', 500]);
    expect(second.reply?.body).toMatchObject({ code: 'internal_server_error', status: 500 });
  });

  it('waits for the pool of its process, and is a 500 after the pool timeout', () => {
    const world = worldNamed('comfortable', ({ postgres }) => ({
      postgres: { ...postgres, poolTimeoutSeconds: 1, heldWhileStreaming: true },
    }));
    const trial = new Trial(world, { api: 0, worker: 0 });
    const env = { SQLALCHEMY_POOL_SIZE: '1', SQLALCHEMY_MAX_OVERFLOW: '0' };
    trial.model.fleet.seen(trial.pod('api', 0, { env }));
    const [holding, waiting] = [trial.chat('[[ttft=3 n=1]]'), trial.chat('[[ttft=1 n=1]]')];
    trial.advance(10);
    expect([holding.ending, waiting.reply?.status]).toEqual(['ended', 500]);
    expect(waiting.totalMs).toBeCloseTo(1000, 0);
  });

  it('ends with an error event inside its 200 when Postgres is full by the time it is saved', () => {
    const world = worldNamed('comfortable', () => ({
      faults: [{ kind: 'postgres-taken', atSeconds: 1, forSeconds: 60, connections: 1000 }],
    }));
    const trial = new Trial(world, { api: 0, worker: 0 });
    const env = { SQLALCHEMY_POOL_SIZE: '1', SQLALCHEMY_MAX_OVERFLOW: '1' };
    trial.model.fleet.seen(trial.pod('api', 0, { env }));
    // Both had a connection to begin with; one was overflow and closed while the model answered.
    const both = [trial.chat('[[ttft=2 n=1]]'), trial.chat('[[ttft=2 n=1]]')];
    trial.advance(10);
    expect(both.map(({ eventNames }) => eventNames.at(-1)).sort()).toEqual(['error', 'message_end']);
    const failed = both.find(({ eventNames }) => eventNames.at(-1) === 'error');
    expect(dataOf(failed?.events.at(-1)?.data)).toMatchObject({ code: 'internal_server_error', status: 500 });
  });
});

describe('a streaming workflow run', () => {
  it('waits in the list until a worker has a slot, which is the time to workflow_started', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 2, worker: 0 });
    const exchange = trial.run('[[ttft=0.1 tps=100 n=2]]');
    trial.advance(25);
    expect(exchange.eventNames).toEqual(['ping', 'ping', 'ping']);
    trial.model.fleet.seen(trial.pod('worker', 0));
    trial.advance(5);
    expect(exchange.waitedMsFor('workflow_started')).toBeGreaterThan(25_000);
    expect(exchange.eventNames.at(-1)).toBe('workflow_finished');
  });

  it('holds an API slot while it waits and runs, and costs the worker the work', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 1, worker: 1 });
    trial.run('[[ttft=2 tps=10 n=20]]');
    trial.advance(1);
    const podOf = (component: string) =>
      trial.model.fleet.pods.find((pod) => pod.component === component)?.process;
    expect([podOf('api')?.inService, podOf('worker')?.inService]).toEqual([1, 1]);
    trial.advance(20);
    expect([podOf('api')?.inService, podOf('worker')?.inService]).toEqual([0, 0]);
    // The world's costs: 80 + 20 × 1 + 60 on the worker; 24 + 30 events × 0.3 + 2 in the API.
    expect(podOf('worker')?.cpu.usedMs).toBeCloseTo(160, 6);
    expect(podOf('api')?.cpu.usedMs).toBeCloseTo(24 + 30 * 0.3 + 2, 6);
  });

  it('goes on at full cost on the worker when its client hangs up, while the API lets go of it', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 1, worker: 1 });
    const exchange = trial.run('[[ttft=1 tps=10 n=20]]');
    trial.advance(1.5);
    exchange.hangUp();
    trial.advance(1);
    const podOf = (component: string) =>
      trial.model.fleet.pods.find((pod) => pod.component === component)?.process;
    expect([podOf('api')?.inService, podOf('worker')?.inService]).toEqual([0, 1]);
    trial.advance(10);
    expect(podOf('worker')?.cpu.usedMs).toBeCloseTo(160, 6);
  });

  it('runs in the API before Dify 1.13, and so does a blocking run in any version', () => {
    const trial = new Trial(worldNamed('comfortable', inApi), { api: 1, worker: 0 });
    const stream = trial.run('[[ttft=0.1 tps=100 n=2]]');
    const blocking = new Trial(worldNamed('comfortable'), { api: 1, worker: 0 });
    const reply = blocking.run('[[ttft=0.1 tps=100 n=2]]', { response_mode: 'blocking' });
    for (const each of [trial, blocking]) each.advance(5);
    expect(stream.eventNames[0]).toBe('workflow_started');
    expect(stream.ending).toBe('ended');
    expect(reply.reply?.body).toMatchObject({ data: { status: 'succeeded', total_steps: 3 } });
  });

  it('is stopped by its task id and finishes as stopped', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = trial.run('[[ttft=0.5 tps=10 n=100]]');
    trial.advance(2);
    const { task_id: task } = dataOf(exchange.events.find(({ data }) => data !== 'ping')?.data);
    trial.send({
      path: `/v1/workflows/tasks/${task}/stop`,
      key: 'app-sandbox-workflow',
      body: { user: 'u' },
    });
    trial.advance(2);
    expect(exchange.eventNames.at(-1)).toBe('workflow_finished');
    expect(dataOf(exchange.events.at(-1)?.data).data.status).toBe('stopped');
  });
});

describe('an agent', () => {
  const agent = (trial: Trial, more: object = {}) =>
    trial.send({
      path: '/v1/chat-messages',
      key: 'app-sandbox-agent',
      body: { inputs: {}, query: '[[ttft=0.1 tps=100 n=3]]', response_mode: 'streaming', user: 'u', ...more },
    });

  it('announces its thought, answers in messages of its own name, and tells what it thought', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = agent(trial);
    trial.advance(5);
    // As Dify's runner publishes them (fc_agent_runner.py): a thought with the first chunk, and one when it is saved.
    expect(exchange.eventNames).toEqual([
      'agent_thought',
      'agent_message',
      'agent_message',
      'agent_message',
      'agent_message',
      'agent_thought',
      'message_end',
    ]);
    const [first, ...rest] = exchange.events.map(({ data }) => dataOf(data));
    const last = rest.at(-2);
    expect(first).toMatchObject({ position: 1, thought: '', tool: '', message_files: [] });
    expect(last).toMatchObject({ id: first.id, thought: 'the quick brown' });
    expect(rest.slice(0, 4).map(({ answer }) => answer)).toEqual(['the', ' quick', ' brown', '']);
  });

  it('refuses to answer at once, as Dify does', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = agent(trial, { response_mode: 'blocking' });
    trial.advance(1);
    expect(exchange.reply).toMatchObject({
      status: 400,
      body: { code: 'invalid_param', message: 'Agent Chat App does not support blocking mode' },
    });
  });
});

describe('other requests', () => {
  it('keep conversations: listed, deleted, then unknown', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const key = 'app-sandbox-chat';
    const chat = trial.chat('[[ttft=0.1 tps=100 n=1]]');
    trial.advance(2);
    const { conversation_id: id } = dataOf(chat.events[0]?.data);
    const list = trial.send({ method: 'GET', path: '/v1/conversations?user=u', key });
    trial.advance(1);
    expect(list.reply?.body).toMatchObject({ has_more: false, data: [{ id }] });
    const gone = trial.send({ method: 'DELETE', path: `/v1/conversations/${id}`, key, body: { user: 'u' } });
    trial.advance(1);
    expect(gone.reply).toEqual({ status: 204, body: null });
    const again = trial.chat('hi', { conversation_id: id });
    trial.advance(1);
    expect(again.reply?.status).toBe(404);
  });

  it('keep a conversation to the user whose it is', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const chat = trial.chat('[[ttft=0.1 tps=100 n=1]]');
    trial.advance(2);
    const { conversation_id: id } = dataOf(chat.events[0]?.data);
    const [own, other] = ['u', 'v'].map((user) => trial.chat('[[n=1]]', { conversation_id: id, user }));
    trial.advance(3);
    expect(own?.eventNames.at(-1)).toBe('message_end');
    expect(other?.reply?.body).toMatchObject({ status: 404 });
    const noUuid = trial.chat('hi', { conversation_id: 'the last one' });
    trial.advance(1);
    expect(noUuid.reply).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('valid UUID') },
    });
  });

  it('name every field that is missing', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = trial.send({ path: '/v1/chat-messages', key: 'app-sandbox-chat', body: { user: 'u' } });
    trial.advance(1);
    const said = JSON.stringify(exchange.reply?.body);
    expect(said).toContain('2 validation errors for ChatRequestPayload');
    expect(said.match(/Field required/g)).toHaveLength(2);
  });

  it('find documents by a part of their name', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const [dataset] = trial.model.dify.datasets.list();
    const path = `/v1/datasets/${dataset?.id}`;
    const key = 'dataset-sandbox';
    for (const name of ['tune-a-1', 'tune-a-2', 'tune-b-1']) {
      trial.send({ path: `${path}/document/create-by-text`, key, body: { name, text: 'x' } });
    }
    trial.advance(2);
    const list = trial.send({ method: 'GET', path: `${path}/documents?keyword=tune-a-&limit=1`, key });
    trial.advance(1);
    expect(list.reply?.body).toMatchObject({ total: 2, has_more: true, data: [{ name: 'tune-a-2' }] });
  });

  it.each([
    { name: 'no JSON', body: undefined, status: 400 },
    { name: 'a list', body: [1], status: 400 },
    { name: 'a number as query', body: { user: 'u', query: 7 }, status: 400 },
    { name: 'an unknown mode', body: { user: 'u', query: 'x', response_mode: 'later' }, status: 400 },
  ])('are refused with 400 when a chat is $name', ({ body, status }) => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const exchange = trial.send({
      path: '/v1/chat-messages',
      key: 'app-sandbox-chat',
      ...(body === undefined ? {} : { body }),
    });
    trial.advance(1);
    expect(exchange.reply?.status).toBe(status);
  });

  it('leave nothing of a document behind that was deleted', () => {
    const trial = new Trial(worldNamed('comfortable'), counts);
    const [dataset] = trial.model.dify.datasets.list();
    const path = `/v1/datasets/${dataset?.id}`;
    const key = 'dataset-sandbox';
    const body = { name: 'doc', text: 'x'.repeat(2000), indexing_technique: 'economy' };
    trial.send({ path: `${path}/document/create-by-text`, key, body });
    trial.advance(0.1);
    const [document] = dataset?.documents.values() ?? [];
    expect(document?.status).toBe('indexing');
    trial.advance(5);
    expect(document?.status).toBe('completed');
    // The world's costs on the worker: 110 ms and 12 for each of two thousand characters.
    const worker = trial.model.fleet.pods.find(({ component }) => component === 'worker')?.process;
    expect(worker?.cpu.usedMs).toBeCloseTo(134, 6);
    const gone = trial.send({ method: 'DELETE', path: `${path}/documents/${document?.id}`, key });
    trial.advance(1);
    expect(gone.reply?.status).toBe(204);
    expect(dataset?.documents.size).toBe(0);
  });
});
