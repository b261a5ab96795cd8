import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../cluster/api-client.ts';
import { loadKubeconfig } from '../../cluster/kubeconfig.ts';
import { FakeApiServer } from '../../cluster/testing/fake-api-server.ts';
import { loadSettingsSchema } from '../../contracts/load-settings.ts';
import { runnersSchema } from '../../contracts/runners.ts';
import { readLoad } from '../../derive/read-load.ts';
import { formatError, TuneError } from '../../errors.ts';
import { readLines } from '../../journal/read-ndjson.ts';
import { startClock } from '../../journal/run-clock.ts';
import type { LiveLoad } from '../load-run.ts';
import { plan as recordedPlan } from '../validity/testing/recorded-lines.ts';
import { apiPaths } from './paths.ts';
import { type ClusterLoadOptions, runLoadOnCluster } from './run-on-cluster.ts';
import { type FakeRunnerBehaviour, FakeRunners } from './testing/fake-runners.ts';

const namespace = 'dify';
const key = 'app-secret-of-this-test';
let server: FakeApiServer;
let api: ApiClient;
let cluster: FakeRunners;
let runFolder: string;
let stop: AbortController;

beforeEach(async () => {
  server = await new FakeApiServer().start();
  api = new ApiClient(loadKubeconfig({ kubeconfig: server.kubeconfig() }));
  runFolder = mkdtempSync(join(tmpdir(), 'runners-'));
  stop = new AbortController();
});
afterEach(async () => {
  cluster.dispose();
  api.close();
  await server.dispose();
  rmSync(runFolder, { recursive: true, force: true });
});

/** 20 s of load at 5/s. */
const plan = {
  ...recordedPlan,
  scenarios: recordedPlan.scenarios.map((scenario) => ({
    ...scenario,
    stages: [{ durationSeconds: 20, arrivalsPerSecond: 5 }],
  })),
};
const steady: FakeRunnerBehaviour = { perSecond: 5, seconds: 20 };

interface Trial extends Partial<ClusterLoadOptions> {
  readonly runners: readonly FakeRunnerBehaviour[];
  readonly load?: object;
}

function run({ runners, load = {}, ...options }: Trial) {
  cluster = new FakeRunners(server, { namespace, behaviours: runners });
  const settings = loadSettingsSchema.parse({
    runner: 'job',
    image: 'registry.example.com/k6:1',
    parallelism: runners.length,
    ...load,
  });
  return runLoadOnCluster({
    plan,
    runFolder,
    clock: startClock(),
    keys: { chat: key },
    signal: stop.signal,
    api,
    settings,
    namespace,
    name: 'tune-load-1',
    say: () => undefined,
    marginsSeconds: [0.1, 0.4],
    ...options,
  });
}

async function failure(trial: Trial): Promise<TuneError> {
  const thrown: unknown = await run(trial).catch((error: unknown) => error);
  if (thrown instanceof TuneError) return thrown;
  throw new Error(`expected a TuneError, got ${String(thrown)}`);
}

async function recorded() {
  const file = join(runFolder, 'load.ndjson');
  const lines: string[] = [];
  for await (const line of readLines(file)) lines.push(line);
  const { startAt } = JSON.parse(lines[0] ?? '') as { startAt: string };
  const load = await readLoad(lines, startAt, file);
  const total = (metric: string) => load.total(metric, 'sum', { from: 0, to: load.durationSeconds });
  return { load, total };
}

/** The moment written into each pod, in the order of the writes. */
function startsTold(): string[] {
  return cluster.startsTold.map(({ startAt }) => startAt);
}

function runnersFile() {
  return runnersSchema.parse(JSON.parse(readFileSync(join(runFolder, 'runners.json'), 'utf8')));
}

/** Each takes about a second; a machine that does other things as well takes longer. */
describe('runLoadOnCluster', { timeout: 20_000 }, () => {
  it('makes a Job, begins all runners at one moment, adds up what they write, and leaves nothing', async () => {
    const shown: LiveLoad[] = [];
    const clock = startClock();
    const result = await run({
      clock,
      marginsSeconds: [0.6],
      runners: [steady, { ...steady, perSecond: 3 }, steady],
      onBucket: (live) => shown.push(live),
    });
    expect(result.ended).toBe('complete');
    const { load, total } = await recorded();
    expect(total('requests')).toBe(20 * (5 + 3 + 5));
    expect(load.isComplete).toBe(true);
    // A gauge is the sum over the runners that are in their second.
    const [streams] = load.find('active_streams');
    const most = Array.from({ length: load.durationSeconds }, (_, second) => streams?.lasts.at(second) ?? 0);
    expect(Math.max(...most)).toBe(13);
    expect(shown.at(-1)?.runners).toEqual({ running: 3, all: 3 });
    expect(cluster.left()).toEqual([]);
    const { runners } = runnersFile();
    expect(runners.map(({ hasEnded, lostSeconds }) => [hasEnded, lostSeconds])).toEqual(
      Array.from({ length: 3 }, () => [true, null]),
    );
    const told = startsTold();
    expect(told).toHaveLength(3);
    expect(new Set(told).size).toBe(1);
    const { startAt } = JSON.parse(readFileSync(join(runFolder, 'load-plan.json'), 'utf8')) as {
      startAt: string;
    };
    expect(told[0]).toBe(startAt);
    expect(clock.secondsAt(startAt)).toBeCloseTo(result.loadStartSeconds ?? Number.NaN, 2);
  });

  it('hangs Secret on ConfigMap on Job, so that what a killed tune leaves goes with the Job', async () => {
    const owners = new Map<string, unknown>();
    const running = run({ runners: [steady] });
    const { onWrite } = server;
    server.onWrite = (write) => {
      owners.set(
        write.object.kind as string,
        write.object.metadata.ownerReferences ?? owners.get(write.object.kind as string),
      );
      onWrite(write);
    };
    await running;
    expect(owners.get('Secret')).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'tune-load-1', uid: 'uid-of-tune-load-1' },
    ]);
    expect(owners.get('ConfigMap')).toEqual([
      { apiVersion: 'batch/v1', kind: 'Job', name: 'tune-load-1', uid: 'uid-of-tune-load-1' },
    ]);
    expect(
      server.requests.filter((line) => line.startsWith('DELETE')).map((line) => line.split('/').slice(-2)),
    ).toEqual([
      ['jobs', 'tune-load-1'],
      ['secrets', 'tune-load-1'],
      ['configmaps', 'tune-load-1'],
    ]);
  });

  it('loses and doubles nothing when log streams break in the middle of lines', async () => {
    await run({
      runners: [
        { ...steady, breaksAtLines: [1, 9, 20] },
        { ...steady, breaksAtLines: [12, 14] },
      ],
    });
    const { load, total } = await recorded();
    expect(total('requests')).toBe(200);
    expect(total('requests_started')).toBe(200);
    expect(load.isComplete).toBe(true);
    expect(runnersFile().runners.flatMap(({ logGaps }) => logGaps)).toEqual([]);
  });

  it('survives the loss of a runner and says which and from when', async () => {
    const said: string[] = [];
    const result = await run({
      runners: [steady, { ...steady, diesAfterSeconds: 8 }],
      say: (text) => said.push(text),
    });
    expect(result.ended).toBe('complete');
    const { load, total } = await recorded();
    expect(total('requests')).toBe(20 * 5 + 8 * 5);
    expect(load.isComplete).toBe(false);
    const [first, second] = runnersFile().runners;
    expect(first).toMatchObject({ hasEnded: true, lostSeconds: null });
    expect(second).toMatchObject({ hasEnded: false, lostBecause: 'its pod was deleted' });
    expect(second?.lostSeconds).toBeGreaterThanOrEqual(8);
    expect(said).toContain('runner 1 is lost: its pod was deleted');
    expect(cluster.left()).toEqual([]);
  });

  it('puts the start off while a runner has not heard of it, and begins without it in the end', async () => {
    const scenarios = plan.scenarios.map((scenario) => ({
      ...scenario,
      stages: [{ durationSeconds: 0.5, arrivalsPerSecond: 5 }],
      gracefulStopSeconds: 0,
    }));
    const result = await run({
      plan: { ...plan, scenarios },
      runners: [steady, { ...steady, isDeaf: true }],
      marginsSeconds: [0.1, 0.3],
      endingSeconds: 0.2,
    });
    const patches = server.requests.filter((line) => line.startsWith('PATCH') && line.includes('/pods/'));
    expect(patches).toHaveLength(4);
    expect(result.loadStartSeconds).toBeGreaterThan(0.1 * (2 / 3) + 0.3);
    expect((await recorded()).total('requests')).toBe(100);
    expect(runnersFile().runners[1]).toMatchObject({
      lostBecause: 'it was not heard of again',
      startSeconds: null,
    });
  });

  it('puts a clock right that is minutes wrong, for the start and for the seconds', async () => {
    await run({ runners: [steady, { ...steady, clockAheadMs: 300_000 }] });
    const { load, total } = await recorded();
    expect(total('requests')).toBe(200);
    expect(load.durationSeconds).toBeLessThan(60);
    const [right, wrong] = runnersFile().runners;
    expect(Math.abs((right?.startSeconds ?? 0) - (wrong?.startSeconds ?? 99))).toBeLessThan(5);
    const [first, second] = startsTold().map((text) => Date.parse(text));
    // Five minutes, and what the log took to tell.
    expect(Math.abs((first ?? 0) - (second ?? 0)) / 1000).toBeGreaterThan(290);
    expect(wrong?.clockOffsetSeconds).toBeLessThan(-299);
  });

  it('writes the log of each k6 with its number', async () => {
    await run({ runners: [{ ...steady, says: ['level=warning msg="Insufficient VUs"'] }] });
    expect(readFileSync(join(runFolder, 'k6.log'), 'utf8')).toBe(
      '[runner 0] level=warning msg="Insufficient VUs"\n',
    );
  });

  it.each([
    {
      what: 'an image that is not there',
      runners: [steady, { ...steady, waiting: { reason: 'ImagePullBackOff', message: 'not found' } }],
      code: 'IMAGE_PULL',
      text: 'not found',
      exitCode: 2,
    },
    {
      what: 'an image without k6',
      runners: [{ ...steady, waiting: { reason: 'RunContainerError', message: 'exec: "k6": not found' } }],
      code: 'RUNNER_NOT_STARTED',
      text: 'exec: "k6": not found',
      exitCode: 2,
    },
    {
      what: 'a k6 of somebody else',
      runners: [
        { ...steady, crash: { exitCode: 255, lines: ['level=error msg="invalid output type \'buckets\'"'] } },
      ],
      code: 'NOT_OUR_K6',
      text: 'invalid output type',
      exitCode: 2,
    },
    {
      what: 'an image built before an option that the plan needs',
      runners: [
        {
          ...steady,
          crash: { exitCode: 104, lines: ['level=error msg="json: unknown field \\"arrivalSpacing\\""'] },
        },
      ],
      code: 'K6_TOO_OLD',
      text: 'arrivalSpacing',
      exitCode: 2,
    },
    {
      what: 'a script that fails',
      runners: [{ ...steady, crash: { exitCode: 107, lines: ['TypeError', `  key ${key}`] } }],
      code: 'RUNNER_FAILED',
      text: 'key ***',
      exitCode: 1,
    },
    {
      what: 'no room',
      runners: [steady, { ...steady, unschedulable: '0/3 nodes are available: 3 Insufficient cpu.' }],
      load: { readyTimeout: '300ms' },
      code: 'RUNNERS_PENDING',
      text: 'Insufficient cpu',
      exitCode: 3,
    },
    {
      what: 'a container that takes too long',
      runners: [{ ...steady, waiting: { reason: 'ContainerCreating', message: '' } }],
      load: { readyTimeout: '300ms' },
      code: 'RUNNERS_NOT_READY',
      text: 'waits: ContainerCreating',
      exitCode: 3,
    },
  ])('says $code for $what, and leaves nothing', async ({ code, text, exitCode, what: _, ...trial }) => {
    const error = await failure(trial);
    expect(error).toMatchObject({ code, exitCode });
    expect(error.why).toContain(text);
    expect(formatError(error)).not.toContain(key);
    expect(cluster.left()).toEqual([]);
  });

  it('ends with an error when every runner is lost', async () => {
    const error = await failure({
      runners: [
        { ...steady, diesAfterSeconds: 3 },
        { ...steady, diesAfterSeconds: 5 },
      ],
    });
    expect(error).toMatchObject({ code: 'RUNNERS_LOST', exitCode: 4 });
    expect((await recorded()).total('requests')).toBe(40);
  });

  it('stops by deleting the pods at once, keeps what they wrote, and leaves nothing', async () => {
    let shown = 0;
    const long = { ...steady, seconds: 10_000 };
    const running = run({
      runners: [long, long],
      onBucket: () => {
        shown += 1;
      },
    });
    await vi.waitFor(() => expect(shown).toBeGreaterThan(1), { timeout: 10_000 });
    const stoppedAt = performance.now();
    stop.abort();
    expect(await running).toMatchObject({ ended: 'interrupted' });
    expect(performance.now() - stoppedAt).toBeLessThan(6_000);
    expect((await recorded()).total('requests')).toBeGreaterThan(10);
    expect(cluster.left()).toEqual([]);
    const deletions = server.requests.filter((line) => line.startsWith('DELETE'));
    expect(deletions[0]).toContain('/pods/');
    expect(runnersFile().runners.map(({ lostSeconds }) => lostSeconds)).toEqual([null, null]);
  });

  it('leaves nothing when it is stopped before the runners are ready, or before it began', async () => {
    const creating = { ...steady, waiting: { reason: 'ContainerCreating', message: '' } };
    const running = run({ runners: [creating] });
    await vi.waitFor(() => expect(cluster.pods).toHaveLength(1), { timeout: 5_000 });
    stop.abort();
    expect(await running).toMatchObject({ ended: 'interrupted', loadStartSeconds: null });
    expect(cluster.left()).toEqual([]);
    expect(await run({ runners: [steady] })).toMatchObject({ ended: 'interrupted', loadStartSeconds: null });
    expect(cluster.pods).toEqual([]);
  });

  it('removes what it has made when the API server refuses the rest', async () => {
    server.answer(apiPaths.jobs(namespace), (_request, response) => {
      response.writeHead(403).end(JSON.stringify({ reason: 'Forbidden', message: 'exceeded quota: jobs' }));
    });
    const error = await failure({ runners: [steady] });
    expect(error).toMatchObject({
      code: 'CLUSTER_FORBIDDEN',
      why: expect.stringContaining('exceeded quota'),
    });
    expect(cluster.left()).toEqual([]);
  });

  it('has no key in any file or object but the Secret', async () => {
    const bodies: string[] = [];
    const secrets: unknown[] = [];
    const running = run({ runners: [steady] });
    const { onWrite } = server;
    server.onWrite = (write) => {
      if (write.object.kind !== 'Secret') bodies.push(JSON.stringify(write.body));
      else secrets.push(write.object.stringData);
      onWrite(write);
    };
    await running;
    const files = readdirSync(runFolder).map((file) => readFileSync(join(runFolder, file), 'utf8'));
    expect([...bodies, ...files, ...server.requests].join('\n')).not.toContain(key);
    expect(bodies.length).toBeGreaterThan(2);
    expect(secrets[0]).toEqual({ TUNE_KEY_CHAT: key });
  });

  it('lets k6-operator begin the runners of a TestRun', async () => {
    const result = await run({ runners: [steady, steady], load: { runner: 'k6-operator' } });
    expect(result.ended).toBe('complete');
    expect((await recorded()).total('requests')).toBe(200);
    const { runners, kind } = runnersFile();
    expect(kind).toBe('k6-operator');
    expect(runners.map(({ index, hasEnded }) => [index, hasEnded])).toEqual([
      [0, true],
      [1, true],
    ]);
    expect(result.loadStartSeconds).toBe(Math.min(...runners.map(({ startSeconds }) => startSeconds ?? 99)));
    expect(cluster.left()).toEqual([]);
  });

  it('says why k6-operator does not begin them', async () => {
    const message = 'pods "tune-load-1-starter-x" is forbidden: violates PodSecurity "restricted:latest"';
    const event = { type: 'Warning', reason: 'FailedCreate', message };
    server.answer(apiPaths.events(namespace), (_request, response) => {
      const ofRunner = { ...event, message: 'of a runner', involvedObject: { name: 'tune-load-1-1' } };
      const items = [{ ...event, involvedObject: { name: 'tune-load-1-starter' } }, ofRunner];
      response.end(JSON.stringify({ items }));
    });
    const waiting = { ...steady, isNeverBegun: true };
    const load = { runner: 'k6-operator', readyTimeout: '300ms' };
    const error = await failure({ runners: [waiting, waiting], load });
    expect(error).toMatchObject({ code: 'RUNNERS_NOT_BEGUN', why: `FailedCreate: ${message}`, exitCode: 3 });
    expect(cluster.left()).toEqual([]);
  });
});
