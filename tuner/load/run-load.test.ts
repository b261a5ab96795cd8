import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { targetSchema } from '../contracts/config.ts';
import type { LoadPlan } from '../contracts/load-plan.ts';
import { profileSchema } from '../contracts/profile.ts';
import { runEventSchema } from '../contracts/run-event.ts';
import { TuneError } from '../errors.ts';
import { readNdjson } from '../journal/read-ndjson.ts';
import { startClock } from '../journal/run-clock.ts';
import { endWithUs } from './end-with-us.ts';
import type { LiveLoad, LoadRunOptions } from './load-run.ts';
import { makeLoadPlan } from './make-load-plan.ts';
import { runLoad } from './run-load.ts';

const soon = { timeout: 5_000, interval: 10 };
let runFolder: string;
let stop: AbortController;

beforeEach(() => {
  runFolder = mkdtempSync(join(tmpdir(), 'run-load-'));
  stop = new AbortController();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(runFolder, { recursive: true, force: true });
});

function plan(): LoadPlan {
  const profile = profileSchema.parse({
    mix: { chat: 1 },
    startArrivalsPerSecond: 2,
    stages: [{ duration: '60s', arrivalsPerSecond: 2 }],
    arrivalSpacing: 'even',
  });
  const target = targetSchema.parse({
    namespace: 'dify',
    release: 'my-dify',
    url: 'http://127.0.0.1:9',
    apps: { chat: { key: { env: 'KEY' } } },
  });
  return makeLoadPlan(profile, target);
}

function load(how: string, options: Partial<LoadRunOptions> = {}) {
  vi.stubEnv('FAKE_K6', how);
  return runLoad({
    plan: plan(),
    runFolder,
    clock: startClock(),
    keys: { chat: 'app-secret' },
    k6Path: fakeK6(),
    signal: stop.signal,
    ...options,
  });
}

/** The fake, run by this very node. */
function fakeK6(): string {
  const path = join(runFolder, 'k6');
  const program = join(import.meta.dirname, 'testing', 'fake-k6.mjs');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

async function marks(): Promise<string[]> {
  const found: string[] = [];
  for await (const event of readNdjson(join(runFolder, 'events.ndjson'), runEventSchema)) {
    if (event.type === 'load') found.push(`${event.mark} ${event.arrivalsPerSecond}`);
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('runLoad', () => {
  it('gives k6 the plan by file and the keys by environment, and marks beginning and end', async () => {
    vi.stubEnv('K6_VUS', '3');
    const shown: LiveLoad[] = [];
    const result = await load('exit 0', {
      onBucket: (live) => shown.push(live),
      extraOutputs: ['json=more.json'],
    });
    expect(result.ended).toBe('complete');
    expect(result.loadStartSeconds).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(readFileSync(join(runFolder, 'load-plan.json'), 'utf8'))).toEqual(plan());
    const log = readFileSync(join(runFolder, 'k6.log'), 'utf8');
    expect(log).toContain(`plan ${join(runFolder, 'load-plan.json')} key app-secret vus undefined`);
    expect(log).toMatch(/--address= --out buckets=\S+load\.ndjson --out json=more\.json \S+k6-script\.js/);
    expect(log).not.toContain('arguments app-secret');
    expect(await marks()).toEqual(['started 2', 'ended null']);
    expect(shown.at(-1)).toMatchObject({ arrivalsPerSecond: 4, errorRatio: 0.25, droppedIterations: 0 });
  });

  it('takes crossed thresholds for a complete run: tune judges for itself', async () => {
    expect((await load('exit 99')).ended).toBe('complete');
  });

  // Every code: explain-k6-exit.test.ts.
  it.each([
    { how: 'exit 104', code: 'K6_CONFIG', exitCode: 2 },
    { how: 'kill SIGKILL', code: 'K6_KILLED', exitCode: 4 },
  ])('translates "$how" into $code, exit $exitCode', async ({ how, code, exitCode }) => {
    await expect(load(how)).rejects.toMatchObject({ code, exitCode });
    expect(await marks()).toContain('aborted null');
  });

  it('quotes the end of the log, and no key', async () => {
    const error: unknown = await load('exit 107').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ why: expect.stringContaining('key *** vus') });
  });

  it.each([
    { name: 'is missing', path: '/nowhere/k6', reason: 'ENOENT' },
    { name: 'is no program', path: '/etc/passwd', reason: 'EACCES' },
  ])('says what to do when k6 $name', async ({ path, reason }) => {
    await expect(load('', { k6Path: path })).rejects.toMatchObject({
      code: 'K6_MISSING',
      message: expect.stringContaining(reason),
      next: 'run ./scripts/setup',
      exitCode: 2,
    });
  });

  it('ends k6 by SIGINT when it is stopped, and keeps what was recorded', async () => {
    let pid = 0;
    let hasBegun = false;
    const running = load('obey', {
      onProcess: (started) => {
        pid = started ?? pid;
      },
      onBucket: () => {
        hasBegun = true;
      },
    });
    await vi.waitFor(() => expect(hasBegun).toBe(true), soon);
    stop.abort();
    expect(await running).toMatchObject({ ended: 'interrupted' });
    expect(isAlive(pid)).toBe(false);
    expect(await marks()).toEqual(['started 2', 'aborted null']);
  });

  it('shows no progress of a load that has not begun: k6 may be making its VUs', async () => {
    const shown: LiveLoad[] = [];
    let pid: number | null = null;
    const running = load('prepare', {
      onBucket: (live) => shown.push(live),
      onProcess: (started) => {
        pid ??= started;
      },
    });
    await vi.waitFor(() => expect(pid).not.toBeNull(), soon);
    await vi.waitFor(
      () => expect(readFileSync(join(runFolder, 'load.ndjson'), 'utf8')).toContain('bucket'),
      soon,
    );
    stop.abort();
    await running;
    expect(shown).toEqual([]);
  });

  it('kills k6 within two seconds when it does not listen', async () => {
    let hasBegun = false;
    const onBucket = () => {
      hasBegun = true;
    };
    const running = load('ignore', { onBucket });
    await vi.waitFor(() => expect(hasBegun).toBe(true), soon);
    const stoppedAt = performance.now();
    stop.abort();
    expect(await running).toMatchObject({ ended: 'interrupted' });
    expect(performance.now() - stoppedAt).toBeGreaterThan(1_500);
    // Two seconds, and what a busy machine takes to notice.
    expect(performance.now() - stoppedAt).toBeLessThan(4_000);
  });

  it('makes no load that it cannot record', async () => {
    const running = load('obey', {
      onBucket: () => {
        throw new TuneError({ code: 'CANNOT_WRITE', message: 'm', why: 'w', next: 'n', exitCode: 2 });
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'CANNOT_WRITE' });
  });

  it('starts nothing when it was stopped before', async () => {
    stop.abort();
    expect(await load('exit 0')).toMatchObject({ ended: 'interrupted', loadStartSeconds: null });
  });
});

describe('endWithUs', () => {
  it('ends the load although the tuner was killed without a word', async () => {
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
    const module = join(import.meta.dirname, 'end-with-us.ts');
    const program = `import { endWithUs } from '${module}'; endWithUs(${sleeper.pid}, 1); process.kill(process.pid, 'SIGKILL');`;
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    const ended = new Promise((resolve) => sleeper.once('exit', (_code, signal) => resolve(signal)));
    expect(await ended).toBe('SIGINT');
  });

  it('leaves the process alone once it is told that it has ended', async () => {
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
    endWithUs(sleeper.pid ?? 0, 1)();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sleeper.exitCode ?? sleeper.signalCode).toBeNull();
    sleeper.kill();
  });
});
