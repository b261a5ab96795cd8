import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
const empty = mkdtempSync(join(tmpdir(), 'tune-main-'));

function tune(...args: string[]) {
  return execa(process.execPath, [main, ...args], { reject: false, cwd: empty });
}

describe('a wrong command line', () => {
  const cases = [
    { args: [], exitCode: 2, code: 'NO_TARGET' },
    { args: ['--traget', 'x'], exitCode: 2, code: 'USAGE', says: 'Did you mean --target?' },
    { args: ['lod'], exitCode: 2, code: 'USAGE', says: 'did you mean "load"?' },
    { args: ['--target', 'sandbx'], exitCode: 2, code: 'UNKNOWN_TARGET', says: 'did you mean "sandbox"?' },
    {
      args: ['--target', 'sandbox', '--profile', 'quik'],
      exitCode: 2,
      code: 'UNKNOWN_PROFILE',
      says: '"quick"',
    },
    { args: ['recommend', 'nowhere'], exitCode: 2, code: 'NO_RUN' },
    { args: ['--target', 'x', '--config', 'none.yaml'], exitCode: 2, code: 'NO_SUCH_FILE' },
  ];
  it.each(cases)(
    'tune $args exits $exitCode with $code',
    async ({ args, exitCode, code, says }) => {
      const result = await tune(...args);
      expect(result.exitCode).toBe(exitCode);
      expect(result.stdout).toBe('');
      expect(result.stderr).toMatch(new RegExp(`^error ${code}: .+\n {2}why: {2}.+\n {2}next: .+`, 's'));
      expect(result.stderr).toContain(says ?? '');
      expect(result.stderr).not.toContain('    at ');
    },
    60_000,
  );

  it('is no obstacle to help, which goes to stdout with exit 0', async () => {
    const result = await tune('--help');
    expect(result.exitCode).toBe(0);
    expect(result.stdout).toContain('tune --target sandbox --profile quick');
  }, 60_000);
});
