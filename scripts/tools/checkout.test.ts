import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('checkout.sh', () => {
  let root: string;
  let bin: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tune-checkout-'));
    bin = join(root, 'bin');
    mkdirSync(join(root, 'scripts/tools'), { recursive: true });
    mkdirSync(bin);
    for (const file of ['checkout.sh', 'packages-installed.ts']) {
      cpSync(join(import.meta.dirname, file), join(root, 'scripts/tools', file));
    }
    writeFileSync(join(root, 'package-lock.json'), lockFile('1.0.0'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const lockFile = (version: string) =>
    JSON.stringify({ packages: { '': {}, 'node_modules/a': { version } } });
  function put(name: string, script: string): void {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  /** An npm that installs what the lock file asks for, and Node unless its install script is blocked. */
  function putNpm({ blocksScripts }: { blocksScripts: boolean }): void {
    const link = blocksScripts ? '' : `&& ln -s ${process.execPath} node_modules/.bin/node`;
    put(
      'npm',
      `echo "$@" >>${root}/npm.log; rm -rf node_modules; mkdir -p node_modules/.bin && cp package-lock.json node_modules/.package-lock.json ${link}`,
    );
  }
  const npmCalls = () =>
    existsSync(join(root, 'npm.log')) ? readFileSync(join(root, 'npm.log'), 'utf8').trim().split('\n') : [];
  const source = () =>
    execa('bash', ['-c', `set -euo pipefail; source ${root}/scripts/tools/checkout.sh; echo "$node"`], {
      env: { PATH: `${bin}:/usr/bin:/bin` },
      extendEnv: false,
      reject: false,
    });

  it('installs packages once, and again only when the lock file changed', async () => {
    putNpm({ blocksScripts: false });
    expect((await source()).stdout).toBe(join(root, 'node_modules/.bin/node'));
    expect((await source()).exitCode).toBe(0);
    expect(npmCalls()).toEqual(['ci --no-audit --no-fund --loglevel=error']);
    writeFileSync(join(root, 'package-lock.json'), lockFile('1.0.1'));
    await source();
    expect(npmCalls()).toHaveLength(2);
  });

  it('leaves packages alone that were installed by hand and are what the lock file asks for', async () => {
    mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
    writeFileSync(join(root, 'node_modules/.package-lock.json'), lockFile('1.0.0'));
    expect((await source()).exitCode).toBe(0);
    expect(npmCalls()).toEqual([]);
  });

  it('says what to do when npm did not run the script that brings Node', async () => {
    putNpm({ blocksScripts: true });
    put('node', 'case "$1" in --version) echo v20.20.2 ;; *) exit 1 ;; esac');
    const { exitCode, stderr } = await source();
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      'error NODE_TOO_OLD: node_modules/.bin/node is missing or older than 26 (on PATH: v20.20.2)',
    );
    expect(stderr).toContain('next: run "npm rebuild node --ignore-scripts=false --foreground-scripts"');
  });

  it('takes a new enough Node from PATH in its place, without installing every time', async () => {
    putNpm({ blocksScripts: true });
    symlinkSync(process.execPath, join(bin, 'node'));
    expect((await source()).stdout).toBe(join(bin, 'node'));
    expect((await source()).stdout).toBe(join(bin, 'node'));
    expect(npmCalls()).toHaveLength(1);
  });

  it('passes on that npm failed', async () => {
    put('npm', 'echo "npm error ENOTFOUND" >&2; exit 1');
    const { exitCode, stderr } = await source();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/npm error ENOTFOUND\nerror NPM_CI_FAILED: npm ci failed/);
    expect(existsSync(join(root, 'node_modules'))).toBe(false);
  });
});
