import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { endProcesses } from './end-processes.ts';
import {
  identify,
  isAlive,
  markedProcesses,
  type ProcessIdentity,
  sandboxMarker,
} from './process-identity.ts';

const idle = 'setInterval(() => {}, 1000); process.stdout.write("up")';
const stubborn = `process.on("SIGTERM", () => {}); ${idle}`;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(program: string, marker?: string): Promise<ProcessIdentity> {
  const env = { ...process.env, [sandboxMarker]: marker };
  const child = spawn(process.execPath, ['-e', program], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await new Promise((up) => child.stdout.once('data', up));
  return identify(child.pid ?? 0) ?? { pid: 0, startToken: 'ended' };
}

const folder = () => mkdtempSync(join(tmpdir(), 'end-processes-'));

describe('the identity of a process', () => {
  it('holds while it runs', () => {
    const self = identify(process.pid);
    expect(self).not.toBeNull();
    expect(self && isAlive(self)).toBe(true);
  });

  it('is not that of another process which has its pid', () => {
    expect(isAlive({ pid: process.pid, startToken: 'another start' })).toBe(false);
  });

  it('is gone with it, also before its parent has waited for it', async () => {
    const identity = await start(idle);
    process.kill(identity.pid, 'SIGKILL');
    await expect.poll(() => isAlive(identity)).toBe(false);
  });
});

describe('ending the processes of a sandbox', () => {
  it('ends what was recorded and what only carries its mark, and counts both', async () => {
    const place = folder();
    const recorded = await start(stubborn);
    const marked = await start(stubborn, place);
    expect(await endProcesses(place, [recorded])).toBe(2);
    expect([recorded, marked].map(isAlive)).toEqual([false, false]);
    expect(markedProcesses(place)).toEqual([]);
  });

  it('leaves the processes of a sandbox alone whose folder has a name that only begins alike', async () => {
    const place = folder();
    const other = await start(idle, `${place}-2`);
    expect(await endProcesses(place, [])).toBe(0);
    expect(isAlive(other)).toBe(true);
  });

  it('does not touch a process that got the pid of a recorded one', async () => {
    const { pid } = await start(idle);
    expect(await endProcesses(folder(), [{ pid, startToken: 'an earlier process' }])).toBe(0);
    expect(identify(pid)).not.toBeNull();
  });

  it('asks first where it is told to be polite', async () => {
    const polite = await start(`process.on("SIGTERM", () => process.exit(7)); ${idle}`);
    const exit = new Promise((resolve) => children.at(-1)?.once('exit', resolve));
    await endProcesses(folder(), [polite], { politely: [polite] });
    expect(await exit).toBe(7);
  });
});
