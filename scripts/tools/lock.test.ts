import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';
import { ownIdentity } from './process-identity.ts';

describe('withLock', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tune-lock-'));
    file = join(folder, 'kwok.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('lets one in at a time and tells the other whom it waits for', async () => {
    let inside = 0;
    let most = 0;
    const holders: number[] = [];
    let release = () => {};
    const opened = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await opened;
      inside -= 1;
    };
    const onWait = ({ pid }: { pid: number }) => {
      holders.push(pid);
      release();
    };
    await Promise.all([
      withLock(file, work, { onWait, pollMs: 1 }),
      withLock(file, work, { onWait, pollMs: 1 }),
    ]);
    expect(most).toBe(1);
    expect(holders).toEqual([process.pid]);
    expect(readdirSync(folder)).toEqual([]);
  });

  const gone = { pid: 2 ** 22 + 1, startTicks: '1' };
  it.each([
    { name: 'a process that is gone', content: JSON.stringify(gone) },
    {
      name: 'an earlier process with the same pid',
      content: JSON.stringify({ ...ownIdentity(), startTicks: '1' }),
    },
    { name: 'nobody, being damaged', content: '{"pid":' },
  ])('takes over the lock of $name', async ({ content }) => {
    writeFileSync(file, content);
    expect(await withLock(file, async () => existsSync(file), { pollMs: 1 })).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('frees the lock when the work fails', async () => {
    const work = () => Promise.reject(new Error('no'));
    await expect(withLock(file, work)).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  it('stops waiting when it is told to', async () => {
    writeFileSync(file, JSON.stringify(ownIdentity()));
    const interrupt = new AbortController();
    const waiting = withLock(file, async () => 'done', {
      signal: interrupt.signal,
      onWait: () => interrupt.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(file)).toBe(true);
  });
});
