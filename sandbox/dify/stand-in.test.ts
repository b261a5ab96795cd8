import { mkdtempSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PodListener, PodSource } from './kubernetes/pod-source.ts';
import { staticPod } from './kubernetes/static-pods.ts';
import { MemoryBroker } from './queue/memory-broker.ts';
import { type StandIn, startStandIn } from './stand-in.ts';
import { askOverHttp } from './testing/raw-request.ts';
import { worldNamed } from './testing/trial.ts';

const world = worldNamed('comfortable');
const apiPod = staticPod(world.cluster, 'api', 0);

/** Pods that a test brings and takes. */
function podsByHand(): PodSource & { listener: PodListener | undefined } {
  const source: PodSource & { listener: PodListener | undefined } = {
    listener: undefined,
    start(listener) {
      source.listener = listener;
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
  return source;
}

describe('the stand-in over HTTP', () => {
  let standIn: StandIn | undefined;
  afterEach(() => standIn?.close());

  async function start(change: { truthFile?: string; speed?: number } = {}) {
    const pods = podsByHand();
    standIn = await startStandIn({
      world,
      pods,
      newBroker: (scheduler) => new MemoryBroker(scheduler),
      port: 0,
      truthFile: change.truthFile ?? null,
      speed: change.speed ?? 20,
    });
    return { standIn, pods };
  }

  const chatBody = (query: string) =>
    JSON.stringify({ inputs: {}, query, response_mode: 'streaming', user: 'u' });
  const chat = (port: number, query: string) =>
    askOverHttp({
      port,
      method: 'POST',
      path: '/v1/chat-messages',
      key: 'app-sandbox-chat',
      body: chatBody(query),
    });

  it('answers 502 like the proxy in front while no API pod is Ready, and /health by itself until the first is', async () => {
    const { standIn, pods } = await start();
    const health = () =>
      askOverHttp({ port: standIn.port, method: 'GET', path: '/health', key: null, body: '' });
    expect((await health()).statusLine).toBe('HTTP/1.1 200 OK');
    const answer = await chat(standIn.port, 'hi');
    expect([answer.statusLine, answer.headers.server]).toEqual(['HTTP/1.1 502 Bad Gateway', 'nginx']);
    pods.listener?.seen(apiPod);
    expect((await health()).headers.server).toBe('gunicorn');
    pods.listener?.seen({ ...apiPod, isReady: false });
    expect((await health()).statusLine).toBe('HTTP/1.1 502 Bad Gateway');
  });

  it('resets the connection of a stream that outlives its pod', async () => {
    const { standIn, pods } = await start();
    pods.listener?.seen(apiPod);
    const stream = chat(standIn.port, '[[ttft=0.5 tps=2 n=200]]');
    await expect.poll(() => standIn.fleet.pods[0]?.process.inService).toBe(1);
    pods.listener?.seen({ ...apiPod, isTerminating: true, graceSeconds: 5 });
    await expect(stream).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('sends no byte before the first event', async () => {
    const { standIn, pods } = await start({ speed: 1 });
    pods.listener?.seen(apiPod);
    const sentAt = performance.now();
    const headersAt = await new Promise<number>((resolve, reject) => {
      const headers = { Authorization: 'Bearer app-sandbox-chat', 'Content-Type': 'application/json' };
      const path = '/v1/chat-messages';
      const outgoing = request({ host: '127.0.0.1', port: standIn.port, method: 'POST', path, headers });
      outgoing.on('response', (response) => {
        resolve(performance.now());
        response.destroy();
      });
      outgoing.on('error', reject);
      outgoing.end(chatBody('[[ttft=0.4 n=1]]'));
    });
    expect(headersAt - sentAt).toBeGreaterThan(400);
  });

  it('writes what happened, a line for each second', async () => {
    const truthFile = join(mkdtempSync(join(tmpdir(), 'truth-')), 'truth.ndjson');
    const { standIn, pods } = await start({ truthFile });
    pods.listener?.seen(apiPod);
    await chat(standIn.port, '[[ttft=3 tps=100 n=20]]');
    await standIn.close();
    const lines = readFileSync(truthFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const sum = (of: (line: (typeof lines)[number]) => number) =>
      lines.reduce((total, line) => total + of(line), 0);
    expect(sum(({ arrived }) => arrived)).toBe(1);
    expect(lines.at(-1).pods[0]).toMatchObject({ name: 'my-dify-api-0', state: 'ready', inService: 0 });
    const whole = lines.slice(0, -1).map(({ atSeconds }) => atSeconds);
    expect(whole).toEqual(whole.map((_, index) => index + 1));
    expect(whole.length).toBeGreaterThanOrEqual(3);
  });

  it('says which port is taken', async () => {
    const { standIn } = await start();
    const again = startStandIn({
      world,
      pods: podsByHand(),
      newBroker: (scheduler) => new MemoryBroker(scheduler),
      port: standIn.port,
      truthFile: null,
    });
    await expect(again).rejects.toMatchObject({ code: 'PORT_IN_USE', exitCode: 2 });
  });
});
