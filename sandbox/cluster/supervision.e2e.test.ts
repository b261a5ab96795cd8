/** What a sandbox starts ends with it, whoever is killed. A killed stand-in: tuner/pipeline/sandbox-ended.e2e.test.ts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { downSandbox } from './down-sandbox.ts';
import { readRecord, type SandboxRecord } from './sandbox-record.ts';
import { sandboxStatus } from './sandbox-status.ts';
import { findSandboxTools } from './sandbox-tools.ts';
import { leftRunning } from './testing/left-running.ts';
import { type SandboxHandle, upSandbox } from './up-sandbox.ts';

/** kube-controller-manager gives an API server 10 s, metrics-server none: without a gate neither would live. */
const apiServerDelaySeconds = 12;

const place = mkdtempSync(join(tmpdir(), 'supervision-e2e-'));
afterAll(async () => {
  for (const name of readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    await downSandbox(join(place, name.name));
  }
});

async function up(name: string): Promise<SandboxHandle> {
  return upSandbox({ world: 'comfortable', folder: join(place, name) });
}

function recordOf(folder: string): SandboxRecord {
  const record = readRecord(folder);
  if (record === null) throw new Error(`no record in ${folder}`);
  return record;
}

function pidOf(record: SandboxRecord, name: string): number {
  const found = [record.supervisor, ...record.components].find((component) => component.name === name);
  if (!found) throw new Error(`no ${name} in the record`);
  return found.pid;
}

async function expectNothingLeft(folder: string, record: SandboxRecord | null): Promise<void> {
  await expect.poll(() => leftRunning(folder, record), { timeout: 30_000, interval: 50 }).toEqual([]);
}

describe('two sandboxes that come up at the same time', () => {
  let one: SandboxHandle;
  let other: SandboxHandle;
  beforeAll(async () => {
    [one, other] = await Promise.all([up('one'), up('other')]);
  });

  it('have ports of their own', () => {
    expect(one.record.ports.claim).not.toBe(other.record.ports.claim);
  });

  it('end one by one: kill -9 of a supervisor ends all the rest of its own, and nothing of the other', async () => {
    const { folder, record } = one;
    expect(leftRunning(folder, record).length).toBeGreaterThan(record.components.length);
    process.kill(pidOf(record, 'supervisor'), 'SIGKILL');
    await expectNothingLeft(folder, record);
    expect(await one.ended).toBe('its supervisor was killed');
    expect(await sandboxStatus(folder)).toMatchObject({
      state: 'ended',
      endedBecause: 'its supervisor was killed',
    });
    await sleep(1500);
    expect((await sandboxStatus(other.folder)).state).toBe('up');
    expect((await fetch(`${other.target.url}/health`)).status).toBe(200);
  });

  it('leave the rest to the next command when supervisor and watchdog are killed together', async () => {
    const { folder, record } = other;
    process.kill(pidOf(record, 'watchdog'), 'SIGKILL');
    process.kill(pidOf(record, 'supervisor'), 'SIGKILL');
    await sleep(1500);
    expect(leftRunning(folder, record).length).toBeGreaterThan(0);
    expect((await sandboxStatus(folder)).state).toBe('ended');
    expect(leftRunning(folder, record)).toEqual([]);
  });
});

describe('a sandbox that belongs to itself', () => {
  const folder = join(place, 'itself');

  it('outlives the process that started it', async () => {
    const caller = startCaller({ folder, owner: 'itself' });
    await untilItSays(caller, 'up');
    caller.kill('SIGKILL');
    await sleep(1500);
    expect((await sandboxStatus(folder)).state).toBe('up');
  });

  it('ends with any part of the control plane, and keeps its logs until it is taken down', async () => {
    const record = recordOf(folder);
    process.kill(pidOf(record, 'etcd'), 'SIGKILL');
    await expectNothingLeft(folder, record);
    const { state, endedBecause } = await sandboxStatus(folder);
    expect(state).toBe('ended');
    expect(endedBecause).toContain(`etcd (pid ${pidOf(record, 'etcd')}) ended, see ${folder}`);
    expect(existsSync(/see (\S+)/.exec(endedBecause ?? '')?.[1] ?? '')).toBe(true);
    expect(await downSandbox(folder)).toEqual({ was: 'left over' });
    expect(existsSync(folder)).toBe(false);
  });
});

describe('a sandbox whose watchdog is killed', () => {
  it('ends, since nothing would end it any more if its supervisor were killed', async () => {
    const { folder, record, ended } = await up('watchdog');
    process.kill(pidOf(record, 'watchdog'), 'SIGKILL');
    await expectNothingLeft(folder, record);
    expect(await ended).toContain('watchdog');
  });
});

describe('a sandbox that belongs to its caller', () => {
  it('ends with a caller that is killed while it comes up', async () => {
    const folder = join(place, 'killed-early');
    const caller = startCaller({ folder, owner: 'caller' });
    const started = () => readRecord(folder)?.components.map(({ name }) => name) ?? [];
    await expect.poll(started, { timeout: 60_000, interval: 20 }).toContain('redis');
    const record = readRecord(folder);
    caller.kill('SIGKILL');
    await expectNothingLeft(folder, record);
  });

  describe('on a machine so busy that its API server takes its time', () => {
    const folder = join(place, 'slow');
    let caller: ChildProcess;

    it('comes up, although every other part was started long before', async () => {
      caller = startCaller({ folder, owner: 'caller', kubeApiserver: await slowApiServer() });
      await untilItSays(caller, 'up');
      expect(recordOf(folder).upSeconds).toBeGreaterThan(apiServerDelaySeconds);
    });

    it('ends with a caller that is killed once it is up', async () => {
      const record = recordOf(folder);
      caller.kill('SIGKILL');
      await expectNothingLeft(folder, record);
    });
  });
});

describe('an interrupt while a sandbox comes up', () => {
  it.each([
    { when: 'the control plane starts', step: 1 },
    { when: 'objects are created', step: 2 },
    { when: 'the stand-in starts', step: 3 },
  ])('ends what was started and says so with exit code 130, when $when', async ({ step }) => {
    const folder = join(place, `interrupted-${step}`);
    const interrupt = new AbortController();
    let steps = 0;
    const onStep = () => {
      steps += 1;
      if (steps === step) setTimeout(() => interrupt.abort(), 300);
    };
    await expect(
      upSandbox({ world: 'comfortable', folder, signal: interrupt.signal, onStep }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
    const record = readRecord(folder);
    expect(record?.state).toBe('ended');
    expect(leftRunning(folder, record)).toEqual([]);
  });
});

describe('a sandbox that cannot come up', () => {
  it('says what is wrong with its world before anything starts', async () => {
    const folder = join(place, 'broken');
    const broken = join(place, 'broken.yaml');
    writeFileSync(broken, 'schemaVersion: 1\n');
    await expect(upSandbox({ world: broken, folder })).rejects.toMatchObject({
      code: 'BAD_WORLD',
      exitCode: 2,
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses a folder with files of somebody else, and does not touch them', async () => {
    const folder = join(place, 'somebody-else');
    const file = join(folder, 'notes.txt');
    mkdirSync(folder);
    writeFileSync(file, 'mine');
    await expect(upSandbox({ world: 'comfortable', folder })).rejects.toMatchObject({
      code: 'FOLDER_IN_USE',
    });
    await downSandbox(folder);
    expect(existsSync(file)).toBe(true);
  });
});

interface CallerOptions {
  readonly folder: string;
  readonly owner: 'caller' | 'itself';
  readonly kubeApiserver?: string;
}

/** Another process that brings a sandbox up, says so, and then waits. */
function startCaller({ folder, owner, kubeApiserver }: CallerOptions): ChildProcess {
  const tools = kubeApiserver === undefined ? {} : { kubeApiserver };
  const program = `
    import { upSandbox } from ${JSON.stringify(join(import.meta.dirname, 'up-sandbox.ts'))};
    await upSandbox(${JSON.stringify({ world: 'comfortable', folder, owner, tools })});
    process.stdout.write('up');
    setInterval(() => {}, 1000);
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The API server, some seconds late. */
async function slowApiServer(): Promise<string> {
  const { kubeApiserver } = (await findSandboxTools()).tools;
  const script = join(place, 'slow-kube-apiserver');
  const start = `exec '${kubeApiserver}' "$@"`;
  writeFileSync(script, `#!/bin/sh\n[ "$1" = --version ] || sleep ${apiServerDelaySeconds}\n${start}\n`);
  chmodSync(script, 0o755);
  return script;
}

async function untilItSays(child: ChildProcess, word: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes(word) && resolve());
    child.once('exit', () => reject(new Error('the caller ended')));
  });
}
