import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findOnPath } from './find-on-path.ts';
import { findVersion, fits, offerOnPath } from './path-offer.ts';

// Lines as the programs printed them on 2026-11-22, and Debian's Redis.
describe('findVersion', () => {
  it.each([
    ['Kubernetes v1.37.2', '1.37.2'],
    ['Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0', '1.32.4'],
    ['etcd Version: 3.7.0\nGit SHA: Not provided', '3.7.0'],
    ['kwok version v0.8.0 go1.26.8 (linux/amd64)', '0.8.0'],
    ['v4.3.1+g1234567', '4.3.1'],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
    ['go version go1.26 linux/amd64', '1.26.0'],
    ['unknown command --version', null],
  ])('finds in %j the version %s', (text, version) => {
    expect(findVersion(text)).toBe(version);
  });
});

describe('fits', () => {
  const range = { atLeast: '1.37.0', below: '1.38.0' };
  it.each([
    ['1.36.9', false],
    ['1.37.0', true],
    ['1.37.10', true],
    ['1.38.0', false],
    ['2.37.1', false],
  ])('%s: %s', (version, expected) => {
    expect(fits(version, range)).toBe(expected);
  });
});

describe('what PATH offers', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tune-path-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const accepts = { atLeast: '0.8.0', below: '0.9.0' };
  const kwok = { program: 'kwok', ask: ['--version'], accepts };
  function put(path: string, prints: string): string {
    const file = join(folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho '${prints}'\n`);
    chmodSync(file, 0o755);
    return file;
  }

  it('is taken when its version fits', async () => {
    const path = put('bin/kwok', 'kwok version v0.8.3');
    const env = { PATH: `/nonexistent:${join(folder, 'bin')}` };
    expect(await offerOnPath(kwok, env)).toMatchObject({ mark: { path }, version: '0.8.3' });
  });

  it('is refused, with both versions named, when it does not', async () => {
    const path = put('bin/kwok', 'kwok version v0.6.0');
    const offer = await offerOnPath(kwok, { PATH: join(folder, 'bin') });
    expect(offer).toMatchObject({
      mark: { path },
      version: null,
      why: `${path} is 0.6.0, wanted 0.8.0 or newer, below 0.9.0`,
    });
  });

  it('is refused when it does not say its version', async () => {
    const path = put('bin/kwok', 'hello');
    const offer = await offerOnPath(kwok, { PATH: join(folder, 'bin') });
    expect(offer.why).toBe(`${path} is of unknown version, wanted 0.8.0 or newer, below 0.9.0`);
  });

  it('leaves out what cannot be run, what PATH names relative to here, and our own cache', () => {
    chmodSync(put('plain/kwok', 'v0.8.0'), 0o644);
    put('cache/tools/kwok', 'v0.8.0');
    const env = {
      PATH: `${join(folder, 'plain')}:bin:${join(folder, 'cache/tools')}`,
      TUNE_CACHE: join(folder, 'cache'),
    };
    expect(findOnPath('kwok', env)).toBeNull();
  });
});
