import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tune-compiled-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'file'), '');

const script = join(import.meta.dirname, 'compile-cache.sh');

async function compileCache(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const command = `set -euo pipefail; source ${script}; echo "\${NODE_COMPILE_CACHE:-none}"`;
  const given = { PATH: process.env.PATH ?? '', ...env };
  const { stdout } = await execa('bash', ['-c', command], { env: given, extendEnv: false, cwd: folder });
  return stdout;
}

describe('compile-cache.sh', () => {
  it.each([
    { name: 'TUNE_CACHE', env: { TUNE_CACHE: join(folder, 'own') }, within: 'own' },
    { name: 'a relative TUNE_CACHE', env: { TUNE_CACHE: 'own' }, within: 'own' },
    {
      name: 'the XDG cache folder',
      env: { XDG_CACHE_HOME: join(folder, 'xdg') },
      within: 'xdg/dify-scale-tuner',
    },
    {
      name: 'the home folder, where XDG_CACHE_HOME is relative',
      env: { HOME: join(folder, 'home'), XDG_CACHE_HOME: 'x' },
      within: 'home/.cache/dify-scale-tuner',
    },
  ])('keeps compiled sources in the tool cache: $name', async ({ env, within }) => {
    expect(await compileCache(env)).toBe(join(folder, within, 'compiled'));
  });

  it.each(['/proc/1/none', '/proc/none', join(folder, 'file')])(
    'does without where %s cannot hold any',
    async (cache) => {
      expect(await compileCache({ TUNE_CACHE: cache })).toBe('none');
    },
  );

  it('leaves a folder alone that somebody else has set', async () => {
    expect(await compileCache({ NODE_COMPILE_CACHE: '/elsewhere', HOME: folder })).toBe('/elsewhere');
  });
});
