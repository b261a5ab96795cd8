import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { findTarget, readConfig } from '../config/read-config.ts';
import { registerInit } from './init.ts';

it('writes a file that reads back without a mistake and allows no load yet', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tune-init-'));
  const program = new Command();
  registerInit(program);
  const before = process.cwd();
  process.chdir(folder);
  try {
    await program.parseAsync(['node', 'tune', 'init']);
    await expect(program.parseAsync(['node', 'tune', 'init'])).rejects.toMatchObject({
      code: 'FILE_EXISTS',
      exitCode: 2,
    });
  } finally {
    process.chdir(before);
  }
  const target = findTarget(readConfig(undefined, folder), 'staging');
  expect(target).toMatchObject({ namespace: 'dify', release: 'my-dify', testable: false });
});
