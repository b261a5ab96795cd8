import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { findProfile, findTarget, readConfig } from '../config/read-config.ts';
import { checkCaps } from '../load/check-caps.ts';
import { makeLoadPlan } from '../load/make-load-plan.ts';
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
  const config = readConfig(undefined, folder);
  const target = findTarget(config, 'staging');
  expect(findProfile(config, 'launch', folder).shape?.spike).toMatchObject({ before: 180, duration: 60 });
  expect(() =>
    checkCaps(makeLoadPlan(findProfile(config, 'launch', folder), target), config.caps),
  ).not.toThrow();
  expect(target).toMatchObject({ namespace: 'dify', release: 'my-dify', testable: false });
});
