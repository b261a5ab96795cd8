import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');
const empty = mkdtempSync(join(tmpdir(), 'tune-main-'));

/** As a shell starts it. What the words lead to is run-command-line.test.ts's affair. */
function tune(...args: string[]) {
  return execa(process.execPath, [main, ...args], { reject: false, cwd: empty });
}

describe('the process of tune', { timeout: 60_000 }, () => {
  it('ends with the exit code of the error, which goes to stderr', async () => {
    const result = await tune('recommend', 'nowhere');
    expect(result.exitCode).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(/^error NO_RUN: .+\n {2}why: {2}.+\n {2}next: .+/s);
  });

  it('ends with 0 after help, which goes to stdout', async () => {
    const result = await tune('--help');
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toContain('tune --target sandbox --profile quick');
  });
});
