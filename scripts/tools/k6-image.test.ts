import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeK6Image } from './k6-image.ts';

describe('scripts/k6-image', () => {
  it.each([
    { name: 'no name', args: [] },
    { name: 'two names', args: ['a:1', 'b:1'] },
    { name: 'an architecture that k6 is not built for here', args: ['--arch', 'riscv', 'a:1'] },
    { name: 'an unknown option', args: ['--tag', 'a:1'] },
  ])('says how it is called when given $name', async ({ args }) => {
    await expect(makeK6Image(args)).rejects.toMatchObject({
      code: 'USAGE',
      exitCode: 2,
      next: expect.stringContaining('scripts/k6-image [--arch amd64|arm64] [--push] NAME'),
    });
  });

  it('says what is missing without a container engine', async () => {
    const env = { PATH: mkdtempSync(join(tmpdir(), 'no-engine-')) };
    await expect(makeK6Image(['a:1'], env)).rejects.toMatchObject({
      code: 'NO_CONTAINER_ENGINE',
      exitCode: 2,
    });
  });
});
