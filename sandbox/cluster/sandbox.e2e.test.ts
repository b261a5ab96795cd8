/** One sandbox through its life: up, pods that start and end, the real HPA controller at work, down. */
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeRun } from '../../reports/fixtures/make-run.ts';
import { cpuBound, syntheticEvidence } from '../../tuner/advise/fixtures/synthetic-evidence.ts';
import { hpaStates, podsNotReadyForLoad } from './cluster-state.ts';
import { downSandbox } from './down-sandbox.ts';
import { KubeApi, readKubeconfig } from './kube-api.ts';
import { recordedProcesses } from './sandbox-record.ts';
import { sandboxStatus } from './sandbox-status.ts';
import { leftRunning } from './testing/left-running.ts';
import { listenersOf } from './testing/listeners.ts';
import { writeQuickWorld } from './testing/quick-world.ts';
import { type SandboxHandle, upSandbox } from './up-sandbox.ts';
import { waitUntilReadyForLoad } from './wait-until-ready-for-load.ts';

/** A start that takes longer hangs; how long it takes is the machine's affair, and is printed. */
const atMostUpSeconds = 90;

const place = mkdtempSync(join(tmpdir(), 'sandbox-e2e-'));
const folder = join(place, 'one');
const steps: string[] = [];
let sandbox: SandboxHandle;
let api: KubeApi;

beforeAll(async () => {
  const world = writeQuickWorld(join(place, 'quick.yaml'));
  sandbox = await upSandbox({ world, folder, onStep: (step) => steps.push(step) });
  api = new KubeApi(readKubeconfig(join(folder, 'kubeconfig.yaml')));
});
afterAll(async () => {
  api?.close();
  await sandbox?.down();
});

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    creationTimestamp: z.string(),
    deletionTimestamp: z.string().optional(),
  }),
  status: z.object({
    startTime: z.string().optional(),
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), lastTransitionTime: z.string() }))
      .default([]),
  }),
});
const eventSchema = z.object({ reason: z.string(), involvedObject: z.object({ name: z.string() }) });

async function pods(component: 'api' | 'worker') {
  const path = `/api/v1/namespaces/dify/pods?labelSelector=component%3D${component}`;
  return z.object({ items: z.array(podSchema) }).parse(await api.get(path)).items;
}

async function eventReasons(name: string): Promise<string[]> {
  const list = z
    .object({ items: z.array(eventSchema) })
    .parse(await api.get('/api/v1/namespaces/dify/events'));
  return list.items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason }) => reason);
}

describe('a sandbox', () => {
  it('comes up step by step, and says how long it took', () => {
    expect(steps).toEqual([
      'starting etcd, the API server, controllers, scheduler, kwok, metrics-server and Redis',
      'creating the nodes and the release',
      'starting the stand-in Dify',
      'connecting the queue metric and the HPAs',
    ]);
    expect(sandbox.record.components.map(({ name }) => name).sort()).toEqual([
      'dify',
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kwok-controller',
      'metrics-server',
      'redis',
      'watchdog',
    ]);
    console.log(`up in ${sandbox.record.upSeconds} s, load average ${loadavg()[0]?.toFixed(1)}`);
    expect(sandbox.record.upSeconds).toBeGreaterThan(0);
    expect(sandbox.record.upSeconds).toBeLessThan(atMostUpSeconds);
  });

  it('listens on loopback only, and each component that has a port listens on it', () => {
    const processes = recordedProcesses(sandbox.record);
    const listeners = listenersOf(processes.map(({ pid }) => pid));
    expect(listeners.filter(({ isLoopback }) => !isLoopback)).toEqual([]);
    for (const { name, pid, port } of processes.filter((each) => each.port !== null)) {
      expect(listeners, name).toContainEqual({ pid, port, isLoopback: true });
    }
  });

  it('is not brought up a second time in the same folder', async () => {
    await expect(upSandbox({ world: 'comfortable', folder })).rejects.toMatchObject({
      code: 'SANDBOX_ALREADY_UP',
      exitCode: 2,
    });
    expect((await sandboxStatus(folder)).state).toBe('up');
  });

  it('takes its pods from Running to Ready in the time the world draws', async () => {
    const starting = async () => (await podsNotReadyForLoad(api)).starting;
    await expect.poll(starting, { timeout: 60_000, interval: 250 }).toEqual([]);
    for (const pod of [...(await pods('api')), ...(await pods('worker'))]) {
      const ready = pod.status.conditions.find(({ type }) => type === 'Ready');
      const seconds =
        (Date.parse(ready?.lastTransitionTime ?? '') - Date.parse(pod.status.startTime ?? '')) / 1000;
      // 2 to 3 s, between two moments the API cuts to whole seconds, on a machine that may be busy.
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(10);
    }
  });

  it('serves Dify with the keys of its target file', async () => {
    const response = await fetch(`${sandbox.target.url}/v1/parameters`, {
      headers: { Authorization: 'Bearer app-sandbox-workflow' },
    });
    expect(response.status).toBe(200);
  });

  it('scales the worker out on the queue, by the real controller, and the queue drains', async () => {
    const before = (await pods('worker')).length;
    const runs = Array.from({ length: 40 }, () => startRun(sandbox.target.url));
    await expect
      .poll(async () => (await pods('worker')).length, { timeout: 90_000, interval: 500 })
      .toBeGreaterThan(before);
    expect(await eventReasons('my-dify-worker')).toContain('SuccessfulRescale');
    const statuses = await Promise.all(runs);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const status = await sandboxStatus(folder);
    expect(status.hpas?.find(({ name }) => name === 'my-dify-worker')?.metrics[0]).toMatch(
      /^dify_workflow_queue_depth/,
    );
  });

  it('has HPAs that `tune simulate --live` reads, and simulates in place of those of a run', async () => {
    const run = join(place, 'run');
    writeRun(run, sandbox.target);
    const { replicas } = await simulated(run, '--live');
    // As the world sets them: the HPAs of the run begin with one replica of each.
    expect(replicas.api?.values[0]).toBe(2);
    expect((await simulated(run)).replicas.api?.values[0]).toBe(1);
  });

  it("has metrics of every pod, and the HPA controller the API's CPU from them", async () => {
    await waitUntilReadyForLoad(folder, { timeoutSeconds: 120 });
    const cpu = async () => (await hpaStates(api)).find(({ name }) => name === 'my-dify-api')?.metrics[0];
    await expect.poll(cpu, { timeout: 60_000, interval: 500 }).toMatch(/^cpu \d+% of 80%$/);
  });

  it('keeps a deleted pod for its grace and no longer', async () => {
    const [pod] = await pods('api');
    const name = pod?.metadata.name ?? '';
    await remove(`/api/v1/namespaces/dify/pods/${name}`);
    const startedAt = Date.now();
    const find = async () => (await pods('api')).find((each) => each.metadata.name === name);
    expect((await find())?.metadata.deletionTimestamp).toBeDefined();
    await expect.poll(find, { timeout: 30_000, interval: 250 }).toBeUndefined();
    const seconds = (Date.now() - startedAt) / 1000;
    expect(seconds).toBeGreaterThan(3.5);
    expect(seconds).toBeLessThan(20);
  });

  it('leaves nothing behind when it goes down: no process, no folder', async () => {
    expect(await downSandbox(folder)).toEqual({ was: 'up' });
    expect(leftRunning(folder, sandbox.record)).toEqual([]);
    expect(existsSync(folder)).toBe(false);
    expect(await sandbox.ended).toBeNull();
    expect(await downSandbox(folder)).toEqual({ was: 'absent' });
  });
});

/** What a run of another day would have left. */
function writeRun(folder: string, target: object): void {
  mkdirSync(folder);
  const evidence = syntheticEvidence(cpuBound);
  writeFileSync(join(folder, 'evidence.json'), JSON.stringify(evidence));
  writeFileSync(
    join(folder, 'run.json'),
    JSON.stringify({ ...makeRun().run, targetName: 'sandbox', target }),
  );
}

async function simulated(run: string, ...flags: string[]) {
  const main = join(import.meta.dirname, '..', '..', 'tuner', 'cli', 'main.ts');
  const words = ['simulate', run, ...flags, '--replications', '1', '--json'];
  const { stdout } = await execa(process.execPath, [main, ...words], { cwd: place });
  return z
    .object({
      timeline: z.object({ replicas: z.record(z.string(), z.object({ values: z.array(z.number()) })) }),
    })
    .parse(JSON.parse(stdout)).timeline;
}

/** A blocking answer would run in the API; a streamed one waits in the queue for a worker. */
async function startRun(url: string): Promise<number> {
  const response = await fetch(`${url}/v1/workflows/run`, {
    method: 'POST',
    headers: { Authorization: 'Bearer app-sandbox-workflow', 'Content-Type': 'application/json' },
    body: JSON.stringify({ inputs: { question: 'hello' }, response_mode: 'streaming', user: 'e2e' }),
  });
  await response.text();
  return response.status;
}

/** kube-api.ts needs no DELETE but here: an eviction is a POST that does the same. */
async function remove(path: string): Promise<void> {
  const name = path.split('/').at(-1);
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'dify' } };
  await api.create(`${path}/eviction`, eviction);
}
