import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const script = join(import.meta.dirname, '..', '..', 'hpa-conformance');
/** A build with nothing cached, on two cores that others use too. */
const timeout = 45 * 60_000;

it('the unmodified controller of the pinned version decides as tune does in clusters nobody has seen', {
  timeout,
}, async () => {
  const out = mkdtempSync(join(tmpdir(), 'tune-hpa-'));
  const { stderr } = await execa(script, ['--cases', '40', '--seed', '4711', '--out', out]);
  expect(readdirSync(out).filter((name) => name.startsWith('case-'))).toHaveLength(40);
  expect(stderr).toMatch(/^\d{4,} syncs of 40 files replayed, 0 decided otherwise$/m);
});

it('an option that is none is refused', async () => {
  const { exitCode, stderr } = await execa(script, ['--case', '1'], { reject: false });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('error USAGE: --case is no option');
});
