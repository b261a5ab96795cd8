import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cluster } from '../cluster/cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { FakeApiServer } from '../cluster/testing/fake-api-server.ts';
import {
  collections,
  fakeDeployment,
  fakeHpa,
  fakePod,
  fakeTarget,
  installFakeRelease,
} from '../cluster/testing/fake-release.ts';
import type { ClusterSample, ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { startClock } from '../journal/run-clock.ts';
import { readClusterSamples, readRunEvents } from './read-recording.ts';
import type { Sampler } from './sampler.ts';
import { startSampling } from './start-sampling.ts';

const soon = { timeout: 5_000, interval: 10 };
let server: FakeApiServer;
let cluster: Cluster;
let sampler: Sampler | null;
let lines: (ClusterSample | RunEvent)[];
let runFolder: string;

beforeEach(async () => {
  server = await new FakeApiServer().start();
  installFakeRelease(server);
  runFolder = mkdtempSync(join(tmpdir(), 'sampling-'));
  lines = [];
  sampler = null;
});
afterEach(async () => {
  await sampler?.stop();
  cluster.close();
  await server.dispose();
  rmSync(runFolder, { recursive: true, force: true });
});

async function start(fields: object = {}): Promise<Sampler> {
  const target = fakeTarget(server, fields);
  const { signal } = new AbortController();
  cluster = await openCluster(target, { signal });
  const clock = startClock(new Date('2026-11-22T21:00:05Z'));
  const onSample = (line: ClusterSample | RunEvent) => lines.push(line);
  sampler = startSampling({ cluster, target, runFolder, clock, signal, onSample });
  await sampler.ready;
  return sampler;
}

function samples<T extends ClusterSample['type']>(type: T): ClusterSampleOf<T>[] {
  return lines.filter((line): line is ClusterSampleOf<T> => line.type === type);
}

const podMetric = (name: string, timestamp: string, cpu: string) => ({
  metadata: { name },
  timestamp,
  window: '15.049s',
  containers: [{ name: 'api', usage: { cpu, memory: '512Mi' } }],
});

describe('startSampling', () => {
  it('writes the state it finds: HPAs, scale, templates, pods and what the HPA remembers', async () => {
    await start();
    await vi.waitFor(() => expect(samples('template')).toHaveLength(2), soon);
    expect(samples('hpa').map(({ name, component }) => [name, component])).toEqual([
      ['my-dify-api', 'api'],
      ['my-dify-worker', 'worker'],
    ]);
    expect(samples('scale')[0]).toMatchObject({ component: 'api', specReplicas: 1, readyReplicas: 1 });
    expect(samples('template')[0]?.containers[0]).toMatchObject({
      requestedMillicores: 500,
      requestedMemoryBytes: 1_073_741_824,
      limitMillicores: null,
      env: { SERVER_WORKER_CONNECTIONS: '10' },
    });
    const [pod] = samples('pods')[0]?.pods ?? [];
    expect(pod).toMatchObject({
      createdAtSeconds: -5,
      ready: true,
      readyStatus: 'True',
      requests: { api: { cpu: 500, memory: 1_073_741_824_000 } },
      podRequests: null,
    });
    // Ten minutes before the run: the HPA's own event is kept, its policies still count it.
    expect(lines.find(({ type }) => type === 'event')).toMatchObject({
      atSeconds: -605,
      reason: 'SuccessfulRescale',
      component: 'api',
    });
  });

  it('tells of a rescale and its pods sooner than any poll, in the order of their versions', async () => {
    await start();
    const changedAt = performance.now();
    server.put(collections.hpas, fakeHpa('api', { desiredReplicas: 2 }));
    server.put(collections.deployments, fakeDeployment('api', 2));
    server.put(collections.pods, fakePod('api', 'b2', { ready: false }));
    await vi.waitFor(() => expect(samples('pods').at(-1)?.pods).toHaveLength(2), soon);
    await vi.waitFor(() => expect(sampler?.snapshot().components.api?.specReplicas).toBe(2), soon);
    expect(performance.now() - changedAt).toBeLessThan(1_000);
    expect(sampler?.snapshot().components.api).toEqual({
      specReplicas: 2,
      readyReplicas: 2,
      desiredReplicas: 2,
    });
    const [hpa, pods] = [samples('hpa').at(-1), samples('pods').at(-1)];
    expect(Number(pods?.resourceVersion)).toBeGreaterThan(Number(hpa?.resourceVersion));
    expect(lines).toContainEqual(expect.objectContaining({ type: 'podMark', mark: 'created' }));
  });

  it('marks what happens to a pod, and a container that was killed', async () => {
    await start();
    const pod = fakePod('worker', 'c3', { ready: false });
    server.put(collections.pods, pod);
    server.put(collections.pods, fakePod('worker', 'c3'));
    const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt: new Date().toISOString() };
    const containerStatuses = [{ name: 'worker', restartCount: 1, lastState: { terminated } }];
    const killed = fakePod('worker', 'c3', { ready: false });
    server.put(collections.pods, { ...killed, status: { ...killed.status, containerStatuses } });
    server.remove(collections.pods, pod.metadata.name);
    const marks = () =>
      lines.flatMap((line) => (line.type === 'podMark' && line.pod === pod.metadata.name ? line.mark : []));
    await vi.waitFor(() => expect(marks()).toContain('gone'), soon);
    expect(marks()).toEqual(['created', 'scheduled', 'started', 'ready', 'unready', 'gone']);
    expect(lines).toContainEqual(
      expect.objectContaining({
        type: 'event',
        reason: 'OOMKilled',
        isWarning: true,
        name: pod.metadata.name,
      }),
    );
  });

  it('writes no line when only annotations change, as they do every second with some metric sources', async () => {
    await start();
    const before = samples('pods').length;
    const pod = fakePod('api', 'a1');
    server.put(collections.pods, {
      ...pod,
      metadata: { ...pod.metadata, annotations: { usage: '1' } } as never,
    });
    server.put(collections.pods, fakePod('api', 'd4'));
    await vi.waitFor(() => expect(samples('pods').length).toBeGreaterThan(before), soon);
    expect(samples('pods').length).toBe(before + 1);
  });

  it('reads the metrics right after a sync and brackets when they appeared', async () => {
    const old = podMetric('my-dify-api-7c9d-a1xxx', '2026-11-22T21:00:00Z', '123456789n');
    server.answer(collections.podMetrics, { items: [old] });
    await start();
    await vi.waitFor(
      () => expect(samples('usage').some(({ component }) => component === 'api')).toBe(true),
      soon,
    );
    const items = [podMetric(old.metadata.name, '2026-11-22T21:00:15Z', '200m')];
    server.answer(collections.podMetrics, { items });
    server.put(collections.hpas, fakeHpa('api', { currentMetrics: [{ type: 'Resource' }] }));
    const api = () => samples('usage').filter(({ component }) => component === 'api');
    // Sooner than the next turn of the poll, two seconds on.
    await vi.waitFor(() => expect(api()).toHaveLength(2), { timeout: 1_000, interval: 10 });
    const [first, second] = api();
    expect(first?.pods[0]).toEqual({
      name: 'my-dify-api-7c9d-a1xxx',
      timestampAtSeconds: -5,
      windowSeconds: 15.049,
      containers: { api: { cpuMillicores: 123.456789, memoryBytes: 536_870_912 } },
    });
    expect(first?.previousReadAtSeconds).toBeNull();
    expect(second?.pods[0]?.timestampAtSeconds).toBe(10);
    expect(second?.previousReadAtSeconds).toBeGreaterThanOrEqual(first?.atSeconds ?? Number.NaN);
  });

  it('makes a gap of each source that is silent, says why, and goes on with the others', async () => {
    server.answer(collections.podMetrics, 503);
    server.answer(collections.queueMetric, 404);
    await start({ redis: { url: 'redis://someone:hidden@127.0.0.1:1/0' } });
    const open = () => sampler?.snapshot().openGaps.map(({ source }) => source) ?? [];
    expect(open()).toEqual(
      expect.arrayContaining(['usage/api', 'queue', 'postgres', 'externalMetric/dify_workflow_queue_depth']),
    );
    expect(open()).not.toContain('hpa');
    const reason = (source: string) => samples('gap').find((gap) => gap.source === source)?.reason;
    expect(reason('usage/api')).toContain('503');
    expect(reason('queue')).toContain('ECONNREFUSED');
    expect(JSON.stringify(lines)).not.toContain('hidden');
    expect(sampler?.snapshot().queueDepth).toBeNull();
  });

  it('survives an API server that goes away: one gap a source, closed when it is back, nothing lost', async () => {
    await start();
    await server.stop();
    await vi.waitFor(() => expect(samples('gap').some(({ source }) => source === 'hpa')).toBe(true), soon);
    server.put(collections.hpas, fakeHpa('api', { desiredReplicas: 3 }));
    await server.start();
    await vi.waitFor(() => expect(sampler?.snapshot().components.api?.desiredReplicas).toBe(3), soon);
    const gaps = samples('gap').filter(({ source }) => source === 'hpa');
    expect(gaps).toHaveLength(2);
    expect(gaps[1]).toMatchObject({ fromSeconds: gaps[0]?.fromSeconds });
    expect(gaps[1]?.toSeconds).toBeGreaterThan(gaps[0]?.fromSeconds ?? Number.NaN);
  });

  it('reads the queues from Redis, what is fetched and not acknowledged included', async () => {
    const redis = await fakeRedis({ LLEN: { workflow_based_app_execution: 7 }, HLEN: { unacked: 3 } });
    const { port } = redis.address() as { port: number };
    const running = await start({
      redis: { url: `redis://127.0.0.1:${port}/0`, queues: ['workflow_based_app_execution'] },
    });
    await vi.waitFor(() => expect(samples('queue')[0]).toMatchObject({ queueDepth: 7, unacked: 3 }), soon);
    expect(running.snapshot().queueDepth).toBe(10);
    await running.stop();
    redis.close();
  });

  it('leaves files that read back as what was seen', async () => {
    const running = await start();
    await running.stop();
    const read: (ClusterSample | RunEvent)[] = [];
    for await (const line of readClusterSamples(join(runFolder, 'cluster.ndjson'))) read.push(line);
    for await (const line of readRunEvents(join(runFolder, 'events.ndjson'))) read.push(line);
    expect(read).toHaveLength(lines.length);
    expect(read).toEqual(expect.arrayContaining(JSON.parse(JSON.stringify(lines))));
  });
});

/** Answers LLEN and HLEN from a table, everything else with OK. */
async function fakeRedis(table: Record<string, Record<string, number>>): Promise<Server> {
  const redis = createServer((socket) => {
    socket.on('data', (chunk) => {
      const words = chunk.toString().split('\r\n');
      for (let i = 0; i < words.length; i++) {
        const count = /^\*(\d+)$/.exec(words[i] ?? '')?.[1];
        if (count === undefined) continue;
        const [command = '', key = ''] = Array.from(
          { length: Number(count) },
          (_, n) => words[i + 2 + 2 * n] ?? '',
        );
        const value = table[command.toUpperCase()]?.[key];
        socket.write(value === undefined ? '+OK\r\n' : `:${value}\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => redis.listen(0, '127.0.0.1', resolve));
  return redis;
}
