import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolPaths } from './tool-paths.ts';

const setup = join(import.meta.dirname, 'setup.ts');

describe('the embedded server in the place of Redis', { timeout: 120_000 }, () => {
  let folder: string;
  let server: ReturnType<typeof start>;
  let port: number;
  const start = (path: string) =>
    // The command line redis-server gets from the sandbox, but for the free port.
    execa(path, ['--port', '0', '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], {
      reject: false,
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tune-redis-'));
    process.env.TUNE_REDIS = 'embedded';
    await execa(process.execPath, [setup, '--quiet']);
    const { redisServer } = await toolPaths();
    expect(redisServer).toMatchObject({
      flavour: 'embedded',
      path: expect.stringMatching(/embedded-redis$/),
    });
    server = start(redisServer.path);
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    expect(line.toString()).toContain('not Redis');
    port = Number(/ready on 127\.0\.0\.1:(\d+)$/m.exec(line.toString())?.[1]);
  }, 120_000);
  afterAll(async () => {
    delete process.env.TUNE_REDIS;
    server.kill();
    await server;
    rmSync(folder, { recursive: true });
  });

  const connect = (db = 0) => new Redis({ host: '127.0.0.1', port, db, maxRetriesPerRequest: 0 });

  it('serves lists as queues, also to those who wait', async () => {
    const [worker, client] = [connect(), connect()];
    const waiting = worker.brpop('workflow_based_app_execution', 5);
    await client.lpush('workflow_based_app_execution', 'a', 'b');
    expect(await waiting).toEqual(['workflow_based_app_execution', 'a']);
    expect(await client.llen('workflow_based_app_execution')).toBe(1);
    worker.disconnect();
    client.disconnect();
  });

  it('serves hashes, keeps databases apart, and lets keys expire', async () => {
    const [first, second] = [connect(0), connect(1)];
    await first.hset('unacked', 'id', 'task');
    expect(await first.hlen('unacked')).toBe(1);
    expect(await second.hlen('unacked')).toBe(0);
    await second.set('soon', 'gone', 'PX', 100);
    await expect.poll(() => second.exists('soon'), { timeout: 5000 }).toBe(0);
    first.disconnect();
    second.disconnect();
  });

  it('carries messages from publishers to subscribers', async () => {
    const [subscriber, publisher] = [connect(), connect()];
    const message = new Promise((resolve) =>
      subscriber.once('message', (channel, text) => resolve([channel, text])),
    );
    await subscriber.subscribe('channel:1');
    await publisher.publish('channel:1', 'workflow_started');
    expect(await message).toEqual(['channel:1', 'workflow_started']);
    subscriber.disconnect();
    publisher.disconnect();
  });

  it('listens on nothing but loopback', async () => {
    const { redisServer } = await toolPaths();
    const { exitCode, stderr } = await execa(redisServer.path, ['--bind', '0.0.0.0', '--port', '0'], {
      reject: false,
    });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('is no loopback address'),
    });
  });
});
