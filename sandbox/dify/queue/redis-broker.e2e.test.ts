/** The broker against a real Redis: the server set-up provides, whichever flavour that is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toolPaths } from '../../../scripts/tools/tool-paths.ts';
import { staticPods } from '../kubernetes/static-pods.ts';
import { startStandIn } from '../stand-in.ts';
import { eventName } from '../testing/capture.ts';
import { askOverHttp } from '../testing/raw-request.ts';
import { worldNamed } from '../testing/trial.ts';
import type { Delivery } from './broker.ts';
import { celeryPayloadOf, encodeCeleryMessage, workflowQueue } from './celery-message.ts';
import { RedisBroker } from './redis-broker.ts';

let server: ChildProcess;
let url: string;
let observer: Redis;

beforeAll(async () => {
  const { redisServer } = await toolPaths();
  const port = await freePort();
  url = `redis://127.0.0.1:${port}`;
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  server = spawn(redisServer.path, flags, { stdio: 'ignore' });
  observer = new Redis(`${url}/1`, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  observer.on('error', () => {});
  await observer.ping();
});

beforeEach(async () => {
  await observer.flushall();
});

afterAll(() => {
  observer.disconnect();
  server.kill();
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address === 'object' && address) return address.port;
  throw new Error('no free port');
}

const connect = () => RedisBroker.connect({ url, input: (action) => action(), log: () => {} });
const message = (payload: string) => encodeCeleryMessage(workflowQueue, payload, 'test');

describe('RedisBroker', () => {
  it('keeps lists first in first out in database 1, and a fetched message in unacked until it is acknowledged', async () => {
    const broker = await connect();
    const [first, second] = [message('"1"'), message('"2"')];
    broker.enqueue(workflowQueue, first);
    broker.enqueue(workflowQueue, second);
    const consumer = broker.newConsumer();
    const delivery = await new Promise<Delivery>((got) => consumer.fetch([workflowQueue], got));
    expect(delivery.raw).toBe(first);
    await expect.poll(() => observer.hlen('unacked')).toBe(1);
    expect(await observer.zcard('unacked_index')).toBe(1);
    expect(JSON.parse((await observer.hget('unacked', delivery.tag)) ?? 'null')).toEqual([
      JSON.parse(first),
      '',
      workflowQueue,
    ]);
    expect(await broker.depth(workflowQueue)).toBe(2);

    broker.restore(delivery);
    await expect.poll(() => observer.llen(workflowQueue)).toBe(2);
    const again = await new Promise<Delivery>((got) => consumer.fetch([workflowQueue], got));
    expect(again.raw).toBe(first);
    broker.acknowledge(again);
    await expect.poll(() => broker.depth(workflowQueue)).toBe(1);
    const last = await new Promise<Delivery>((got) => consumer.fetch([workflowQueue], got));
    broker.acknowledge(last);
    // As in Dify: an empty list has no key.
    await expect.poll(() => observer.exists(workflowQueue, 'unacked', 'unacked_index')).toBe(0);
    consumer.close();
    await broker.close();
  });

  it('loses no message to a consumer that is closed while it waits', async () => {
    const broker = await connect();
    const leaving = broker.newConsumer();
    broker.enqueue(workflowQueue, message('"first"'));
    broker.acknowledge(await new Promise<Delivery>((got) => leaving.fetch([workflowQueue], got)));
    leaving.fetch([workflowQueue], () => expect.unreachable('a closed consumer was served'));
    await broker.depth(workflowQueue);
    leaving.close();
    broker.enqueue(workflowQueue, message('"kept"'));
    const staying = broker.newConsumer();
    const delivery = await new Promise<Delivery>((got) => staying.fetch([workflowQueue], got));
    broker.acknowledge(delivery);
    staying.close();
    await broker.close();
  });

  it('drops what is no Celery message and goes on to the next', async () => {
    const broker = await connect();
    await observer.lpush(workflowQueue, 'hello');
    broker.enqueue(workflowQueue, message('"next"'));
    const consumer = broker.newConsumer();
    const delivery = await new Promise<Delivery>((got) => consumer.fetch([workflowQueue], got));
    expect(celeryPayloadOf(delivery.raw)).toBe('next');
    broker.acknowledge(delivery);
    consumer.close();
    await broker.close();
  });

  it('says where no Redis answers', async () => {
    const port = await freePort();
    const broken = RedisBroker.connect({
      url: `redis://127.0.0.1:${port}`,
      input: (action) => action(),
      log: () => {},
    });
    await expect(broken).rejects.toMatchObject({
      code: 'NO_REDIS',
      message: `no Redis at redis://127.0.0.1:${port}`,
      exitCode: 3,
    });
  });
});

describe('the stand-in on a real Redis', () => {
  it('runs streaming workflows through it and shows what waits', async () => {
    const world = worldNamed('slots-and-queue-bound');
    const standIn = await startStandIn({
      world,
      pods: staticPods(world.cluster, { api: 3, worker: 1 }),
      newBroker: (_, input) => RedisBroker.connect({ url, input, log: () => {} }),
      port: 0,
      truthFile: null,
      speed: 5,
    });
    const body = JSON.stringify({
      inputs: { question: '[[ttft=3 tps=20 n=10]]' },
      response_mode: 'streaming',
      user: 'u',
    });
    const path = '/v1/workflows/run';
    const ask = () =>
      askOverHttp({ port: standIn.port, method: 'POST', path, key: 'app-sandbox-workflow', body });
    const answers = Promise.all(Array.from({ length: 9 }, ask));
    // Four run, one is fetched and unacknowledged, four wait.
    await expect.poll(() => observer.llen(workflowQueue)).toBe(4);
    expect(await observer.hlen('unacked')).toBe(1);
    for (const { events } of await answers) {
      expect(eventName(events.at(-1) ?? '')).toBe('workflow_finished');
      expect(events.filter((data) => eventName(data) === 'text_chunk')).toHaveLength(12);
    }
    expect(await observer.exists(workflowQueue, 'unacked')).toBe(0);
    await standIn.close();
  });
});
