import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadPlanSchema } from '../contracts/load-plan.ts';
import { runSchema } from '../contracts/run.ts';
import { type Runners, runnersSchema } from '../contracts/runners.ts';
import type { Validity } from '../contracts/validity.ts';
import {
  appKey,
  createKindCluster,
  type KindCluster,
  k6Image,
  missingForKind,
  namespace,
  servicePort,
} from '../load/runners/testing/kind-cluster.ts';
import { judgeRecording } from './judge-recording.ts';
import { readRecording } from './read-recording.ts';
import { openRunFolder } from './run-folder.ts';

/** `tune load` against a real cluster, its load made by pods of an Indexed Job. */

const missing = await missingForKind();
if (missing !== null) console.warn(`runners in a real cluster: not tested here: ${missing}`);

const main = join(import.meta.dirname, '..', 'cli', 'main.ts');
const perSecond = 12;
const seconds = 25;
let cluster: KindCluster;
let folder: string;

beforeAll(async () => {
  if (missing !== null) return;
  cluster = await createKindCluster();
  folder = mkdtempSync(join(tmpdir(), 'tune-runners-'));
}, 900_000);
afterAll(async () => {
  if (missing !== null) return;
  await cluster.remove();
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

interface Running {
  readonly out: string;
  readonly child: ChildProcess;
  /** What it has said until now, on stderr. */
  said(): string;
  readonly exitCode: Promise<number | null>;
}

let runs = 0;

function tuneLoad(load: object = {}, loadSeconds = seconds): Running {
  const number = runs++;
  const config = join(folder, `tune-${number}.yaml`);
  const profile = join(folder, `profile-${number}.yaml`);
  const out = join(folder, `run-${number}`);
  const target = {
    kubeconfig: cluster.kubeconfig,
    namespace,
    release: 'my-dify',
    url: `http://127.0.0.1:${servicePort}`,
    testable: true,
    apps: { chat: { key: { env: 'KIND_TEST_KEY' } } },
    load: {
      runner: 'job',
      parallelism: 3,
      image: k6Image,
      imagePullPolicy: 'Never',
      url: 'http://my-dify-api.dify:5001',
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '1', memory: '512Mi' } },
      ...load,
    },
  };
  const stages = [{ duration: `${loadSeconds}s`, arrivalsPerSecond: perSecond }];
  writeFileSync(config, JSON.stringify({ targets: { kind: target } }));
  writeFileSync(
    profile,
    JSON.stringify({
      mix: { chat: 1 },
      startArrivalsPerSecond: perSecond,
      stages,
      arrivalSpacing: 'even', // so that the number of arrivals is known
      lead: '1s',
      tail: '1s',
      requestTimeout: '10s',
    }),
  );
  const child = spawn(
    process.execPath,
    [main, 'load', '--target', 'kind', '--config', config, '--profile', profile, '--out', out],
    { env: { ...process.env, KIND_TEST_KEY: appKey }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const exitCode = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { out, child, said: () => text, exitCode };
}

function runnersOf(out: string): Runners {
  return runnersSchema.parse(JSON.parse(readFileSync(join(out, 'runners.json'), 'utf8')));
}

async function isLoading({ out }: Running, forSeconds = 3): Promise<void> {
  const started = () => {
    const plan = loadPlanSchema.parse(JSON.parse(readFileSync(join(out, 'load-plan.json'), 'utf8')));
    return plan.startAt !== undefined && Date.parse(plan.startAt) + forSeconds * 1000 < Date.now();
  };
  await vi.waitFor(() => expect(existsSync(join(out, 'load-plan.json')) && started()).toBe(true), {
    timeout: 120_000,
    interval: 200,
  });
}

/** Everything in the namespace that carries our label. */
async function left(): Promise<string> {
  const kinds = 'jobs,pods,configmaps,secrets';
  return cluster.kubectl('-n', namespace, 'get', kinds, '-l', 'tune.dify.ai/runners', '-o', 'name');
}

async function expectNothingLeft(): Promise<void> {
  await vi.waitFor(async () => expect(await left()).toBe(''), { timeout: 20_000, interval: 500 });
}

async function judged(out: string) {
  const run = openRunFolder(out, '/');
  const recording = await readRecording(run);
  const validity = await judgeRecording(run, recording);
  const check = (id: string): Validity['checks'][number] | undefined =>
    validity.checks.find((each) => each.id === id);
  const { load } = recording;
  const range = { from: 0, to: load.durationSeconds };
  return { run: run.readJson('run', runSchema), load, range, check };
}

describe.skipIf(missing !== null)('tune load with runners in a real cluster', { timeout: 300_000 }, () => {
  it('adds three runners up to the load that was planned, and leaves nothing behind', async () => {
    const before = await cluster.counts();
    const running = tuneLoad();
    expect({ code: await running.exitCode, said: running.said() }).toMatchObject({ code: 0 });
    const { run, load, range, check } = await judged(running.out);
    expect(run).toMatchObject({ ended: 'complete', versions: { k6: null } });
    // k6 leaves out an arrival that is due at the very end, on each runner.
    const planned = perSecond * seconds;
    const ok = load.total('requests', 'sum', range, { outcome: 'ok' });
    expect(ok).toBeGreaterThanOrEqual(planned - 3);
    expect(ok).toBeLessThanOrEqual(planned);
    const after = await cluster.counts();
    expect(after.ended - before.ended).toBe(ok);
    expect(after.refused).toBe(0);
    expect(load.total('dropped_iterations', 'sum', range)).toBe(0);
    const firstToken = load.histogram('time_to_first_token_ms', range);
    expect(firstToken.count).toBe(ok);
    // The server's own pace, and what two busy cores add.
    expect(firstToken.quantile(0.5)).toBeGreaterThan(19);
    expect(firstToken.quantile(0.5)).toBeLessThan(200);
    expect(load.isComplete).toBe(true);
    const { runners } = runnersOf(running.out);
    expect(runners.map(({ hasEnded, logGaps }) => [hasEnded, logGaps.length])).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
    ]);
    for (const id of [
      'runners-lost',
      'runner-start-spread',
      'runner-clock-skew',
      'runner-logs',
      'load-complete',
    ]) {
      expect(check(id)).toMatchObject({ isPassed: true });
    }
    await expectNothingLeft();
    const files = ['run.json', 'load-plan.json', 'runners.json', 'load.ndjson', 'k6.log', 'events.ndjson'];
    const texts = files.map((file) => join(running.out, file)).filter((file) => existsSync(file));
    expect(texts.map((file) => readFileSync(file, 'utf8')).join('')).not.toContain(appKey);
  });

  it('goes on when a runner is killed, and marks what is missing', async () => {
    const running = tuneLoad();
    await isLoading(running, 8);
    const victim = runnersOf(running.out).runners[1];
    await cluster.kubectl('-n', namespace, 'delete', 'pod', victim?.pod ?? '', '--grace-period=0', '--force');
    expect({ code: await running.exitCode, said: running.said() }).toMatchObject({ code: 0 });
    expect(running.said()).toContain('runner 1 is lost: ');
    const { load, range, check } = await judged(running.out);
    const lost = runnersOf(running.out).runners.filter(({ lostSeconds }) => lostSeconds !== null);
    expect(lost.map(({ index }) => index)).toEqual([1]);
    const missingShare = check('runners-lost')?.value ?? 0;
    // A third of what was still to come.
    expect(missingShare).toBeGreaterThan(0.1);
    expect(missingShare).toBeLessThan(0.25);
    const share = load.total('requests_started', 'sum', range) / (perSecond * seconds);
    expect(Math.abs(1 - share - missingShare)).toBeLessThan(0.06);
    await expectNothingLeft();
  });

  it('loses and doubles nothing when the API server is gone for a while', async () => {
    const before = await cluster.counts();
    const running = tuneLoad({}, 60);
    await isLoading(running, 5);
    await cluster.killApiServer();
    expect({ code: await running.exitCode, said: running.said() }).toMatchObject({ code: 0 });
    const { load, range, check } = await judged(running.out);
    const after = await cluster.counts();
    expect(load.total('requests', 'sum', range, { outcome: 'ok' })).toBe(after.ended - before.ended);
    expect(after.ended - before.ended).toBeGreaterThanOrEqual(perSecond * 60 - 3);
    expect(check('runner-logs')).toMatchObject({ isPassed: true, value: 0 });
    expect(check('runners-lost')).toMatchObject({ isPassed: true, value: 0 });
    // It was gone indeed: what watches the cluster noticed.
    expect(readFileSync(join(running.out, 'cluster.ndjson'), 'utf8')).toContain('"type":"gap"');
    await expectNothingLeft();
  });

  it('stops the load with a Ctrl-C and cleans up', async () => {
    const running = tuneLoad({}, 120);
    await isLoading(running);
    running.child.kill('SIGINT');
    expect(await running.exitCode).toBe(130);
    const { begun } = await cluster.counts();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await cluster.counts()).begun).toBe(begun);
    await expectNothingLeft();
    const { load, range, run } = await judged(running.out);
    expect(run.ended).toBe('interrupted');
    expect(load.total('requests', 'sum', range)).toBeGreaterThan(5);
  });

  it('finds and removes what a killed tune has left', async () => {
    const killed = tuneLoad({}, 120);
    await isLoading(killed);
    killed.child.kill('SIGKILL');
    await killed.exitCode;
    expect(await left()).toContain('job.batch/tune-load-');
    // Runners whose sign of life is over end by themselves: five minutes later, were it not for this.
    const past = 'tune.dify.ai/alive-until=2020-01-01T00:00:00Z';
    await cluster.kubectl(
      '-n',
      namespace,
      'annotate',
      '--overwrite',
      'pod',
      '-l',
      'tune.dify.ai/runners',
      past,
    );
    await vi.waitFor(
      async () => {
        const phases = await cluster.kubectl(
          ...['-n', namespace, 'get', 'pods', '-l', 'tune.dify.ai/runners'],
          ...['-o', 'jsonpath={.items[*].status.phase}'],
        );
        expect(phases).not.toContain('Running');
      },
      { timeout: 60_000, interval: 1_000 },
    );
    const { begun } = await cluster.counts();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect((await cluster.counts()).begun).toBe(begun);
    const next = tuneLoad({}, 5);
    expect({ code: await next.exitCode, said: next.said() }).toMatchObject({ code: 0 });
    expect(next.said()).toContain('removed what an earlier run has left behind: tune-load-');
    await expectNothingLeft();
  });

  it.each([
    { name: 'an image that is not there', load: { image: 'tune-test/none:1' }, code: 'IMAGE_PULL', exit: 2 },
    {
      name: 'no room',
      load: { resources: { requests: { cpu: '500' } }, readyTimeout: '5s' },
      code: 'RUNNERS_PENDING',
      exit: 3,
    },
  ])('says $code for $name', async ({ load, code, exit }) => {
    const running = tuneLoad(load);
    expect(await running.exitCode).toBe(exit);
    expect(running.said()).toContain(`error ${code}: `);
    await expectNothingLeft();
  });
});
