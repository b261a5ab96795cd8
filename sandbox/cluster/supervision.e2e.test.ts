/** What a sandbox starts ends with it, whoever is killed. Every case brings up a real one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { downSandbox } from './down-sandbox.ts';
import { readRecord, type SandboxRecord } from './sandbox-record.ts';
import { sandboxStatus } from './sandbox-status.ts';
import { leftRunning } from './testing/left-running.ts';
import { type SandboxHandle, upSandbox } from './up-sandbox.ts';

const place = mkdtempSync(join(tmpdir(), 'supervision-e2e-'));
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await downSandbox(folder);
});

function newFolder(name: string): string {
  const folder = join(place, name);
  folders.push(folder);
  return folder;
}

async function up(name: string): Promise<SandboxHandle> {
  return upSandbox({ world: 'comfortable', folder: newFolder(name) });
}

function pidOf(record: SandboxRecord, name: string): number {
  const found = [record.supervisor, ...record.components].find((component) => component.name === name);
  if (!found) throw new Error(`no ${name} in the record`);
  return found.pid;
}

async function expectNothingLeft(folder: string, record: SandboxRecord | null): Promise<void> {
  await expect.poll(() => leftRunning(folder, record), { timeout: 10_000, interval: 50 }).toEqual([]);
}

describe('kill -9', () => {
  it.each(['supervisor', 'watchdog', 'dify', 'etcd'])('of %s ends all the rest', async (victim) => {
    const { folder, record } = await up(victim);
    expect(leftRunning(folder, record).length).toBeGreaterThan(record.components.length);
    process.kill(pidOf(record, victim), 'SIGKILL');
    await expectNothingLeft(folder, record);
    const status = await sandboxStatus(folder);
    expect(status.state).toBe('ended');
    expect(status.endedBecause).toContain(victim === 'supervisor' ? 'its supervisor was killed' : victim);
  });

  it('of supervisor and watchdog together leaves the rest to the next command, which ends it', async () => {
    const { folder, record } = await up('both');
    process.kill(pidOf(record, 'watchdog'), 'SIGKILL');
    process.kill(pidOf(record, 'supervisor'), 'SIGKILL');
    await sleep(1500);
    expect(leftRunning(folder, record).length).toBeGreaterThan(0);
    expect((await sandboxStatus(folder)).state).toBe('ended');
    expect(leftRunning(folder, record)).toEqual([]);
  });

  it('of one sandbox does not touch another, and both can come up at the same time', async () => {
    const [one, other] = await Promise.all([up('one'), up('other')]);
    expect(one.record.ports.claim).not.toBe(other.record.ports.claim);
    process.kill(pidOf(one.record, 'supervisor'), 'SIGKILL');
    await expectNothingLeft(one.folder, one.record);
    await sleep(1500);
    expect((await sandboxStatus(other.folder)).state).toBe('up');
    expect((await fetch(`${other.target.url}/health`)).status).toBe(200);
  });
});

describe('a sandbox that belongs to its caller', () => {
  it('ends with a caller that is killed while it comes up', async () => {
    const folder = newFolder('killed-early');
    const caller = startCaller(folder, 'caller');
    const started = () => readRecord(folder)?.components.map(({ name }) => name) ?? [];
    await expect.poll(started, { timeout: 20_000, interval: 20 }).toContain('redis');
    const record = readRecord(folder);
    caller.kill('SIGKILL');
    await expectNothingLeft(folder, record);
  });

  it('ends with a caller that is killed once it is up', async () => {
    const folder = newFolder('killed-late');
    const caller = startCaller(folder, 'caller');
    await untilItSays(caller, 'up');
    const record = readRecord(folder);
    caller.kill('SIGKILL');
    await expectNothingLeft(folder, record);
  });
});

describe('an interrupt while a sandbox comes up', () => {
  it.each([
    { when: 'the control plane starts', step: 1 },
    { when: 'objects are created', step: 2 },
    { when: 'the stand-in starts', step: 3 },
  ])('ends what was started and says so with exit code 130, when $when', async ({ step }) => {
    const folder = newFolder(`interrupted-${step}`);
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

describe('a sandbox that belongs to itself', () => {
  it('outlives the process that started it, until it is told to go down', async () => {
    const folder = newFolder('itself');
    const caller = startCaller(folder, 'itself');
    await untilItSays(caller, 'up');
    caller.kill('SIGKILL');
    await sleep(1500);
    const { state } = await sandboxStatus(folder);
    expect(state).toBe('up');
    const record = readRecord(folder);
    expect(await downSandbox(folder)).toEqual({ was: 'up' });
    expect(leftRunning(folder, record)).toEqual([]);
    expect(await downSandbox(folder)).toEqual({ was: 'absent' });
  });
});

describe('a sandbox that cannot come up', () => {
  it('says what is wrong with its world before anything starts', async () => {
    const folder = newFolder('broken');
    const broken = join(place, 'broken.yaml');
    writeFileSync(broken, 'schemaVersion: 1\n');
    await expect(upSandbox({ world: broken, folder })).rejects.toMatchObject({
      code: 'BAD_WORLD',
      exitCode: 2,
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses a folder with files of somebody else, and does not touch them', async () => {
    const folder = newFolder('somebody-else');
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

/** Another process that brings a sandbox up, says so, and then waits. */
function startCaller(folder: string, owner: 'caller' | 'itself'): ChildProcess {
  const program = `
    import { upSandbox } from ${JSON.stringify(join(import.meta.dirname, 'up-sandbox.ts'))};
    await upSandbox({ world: 'comfortable', folder: ${JSON.stringify(folder)}, owner: '${owner}' });
    process.stdout.write('up');
    setInterval(() => {}, 1000);
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function untilItSays(child: ChildProcess, word: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes(word) && resolve());
    child.once('exit', () => reject(new Error('the caller ended')));
  });
}
