import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installEntry, isWholeEntry, removeAbandoned } from './cache-entry.ts';
import { ownIdentity } from './process-identity.ts';

describe('an entry of the cache', () => {
  let root: string;
  let entry: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tune-cache-'));
    entry = join(root, 'tools', 'kwok', '0123456789abcdef');
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const fill = async (staging: string) => {
    writeFileSync(join(staging, 'kwok'), 'program');
    symlinkSync('kwok', join(staging, 'kwokctl'));
  };

  it('is whole once it was installed', async () => {
    expect(isWholeEntry(entry)).toBe(false);
    await installEntry(root, entry, fill);
    expect(isWholeEntry(entry)).toBe(true);
    expect(readdirSync(join(root, 'staging'))).toEqual([]);
  });

  it('is not there at all when filling it failed', async () => {
    const breakOff = async (staging: string) => {
      await fill(staging);
      throw new Error('disk full');
    };
    await expect(installEntry(root, entry, breakOff)).rejects.toThrow('disk full');
    expect(existsSync(entry)).toBe(false);
    expect(readdirSync(join(root, 'staging'))).toEqual([]);
  });

  it.each([
    { name: 'a file is missing', spoil: (folder: string) => rmSync(join(folder, 'kwok')) },
    { name: 'a file is cut', spoil: (folder: string) => truncateSync(join(folder, 'kwok'), 3) },
    { name: 'the receipt is missing', spoil: (folder: string) => rmSync(join(folder, 'receipt.json')) },
  ])('is not whole, and made anew, when $name', async ({ spoil }) => {
    await installEntry(root, entry, fill);
    spoil(entry);
    expect(isWholeEntry(entry)).toBe(false);
    await installEntry(root, entry, fill);
    expect(isWholeEntry(entry)).toBe(true);
    expect(readFileSync(join(entry, 'kwok'), 'utf8')).toBe('program');
    expect(readdirSync(join(root, 'staging'))).toEqual([]);
  });

  it('stays whole when two install it at once', async () => {
    await Promise.all([installEntry(root, entry, fill), installEntry(root, entry, fill)]);
    expect(isWholeEntry(entry)).toBe(true);
    expect(readdirSync(join(root, 'staging'))).toEqual([]);
  });

  it('leaves what others have half done alone unless they are gone', async () => {
    const { pid, startTicks } = ownIdentity();
    const own = `kwok.${pid}.${startTicks}.aaaaaaaa`;
    for (const name of [own, `kwok.${2 ** 22 + 1}.1.bbbbbbbb`, `kwok.${pid}.1.cccccccc`]) {
      mkdirSync(join(root, 'staging', name), { recursive: true });
    }
    mkdirSync(join(root, 'locks'));
    for (const name of ['kwok.lock', `kwok.lock.${pid}.1`, `kwok.lock.${2 ** 22 + 1}.1`]) {
      writeFileSync(join(root, 'locks', name), '');
    }
    await removeAbandoned(root);
    expect(readdirSync(join(root, 'staging'))).toEqual([own]);
    expect(readdirSync(join(root, 'locks'))).toEqual(['kwok.lock', `kwok.lock.${pid}.1`]);
  });
});
