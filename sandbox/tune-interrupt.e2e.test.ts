import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { findProcessesWith } from '../scripts/tools/leftover-processes.ts';
import { runFiles } from '../tuner/contracts/run-folder.ts';

/** Ctrl-C while the whole pipeline runs: exit 130, the recording kept, nothing left running. */
const main = join(import.meta.dirname, '..', 'tuner', 'cli', 'main.ts');
const place = mkdtempSync(join(tmpdir(), 'tune-interrupt-'));
const profile = join(place, 'short.yaml');
writeFileSync(
  profile,
  'mix: { chat: 1 }\nstartArrivalsPerSecond: 1\nstages: [{ duration: 40s, arrivalsPerSecond: 2 }]\nlead: 1s\ntail: 1s\n',
);

interface Stopped {
  readonly out: string;
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly left: unknown[];
}

/** Starts tune, sends SIGINT once stderr says `moment`, and waits for the end. */
async function interruptAt(moment: RegExp, name: string): Promise<Stopped> {
  const out = join(place, name);
  const marker = `TUNE_INTERRUPT_TEST=${randomUUID()}`;
  const [key = '', value = ''] = marker.split('=');
  const args = [main, '--target', 'sandbox', '--world', 'comfortable', '--profile', profile, '--out', out];
  const running = execa(process.execPath, args, { env: { [key]: value }, reject: false, cwd: place });
  let seen = '';
  running.stderr.on('data', (chunk: Buffer) => {
    const before = moment.test(seen);
    seen += chunk.toString();
    if (!before && moment.test(seen)) running.kill('SIGINT');
  });
  const { exitCode, stderr } = await running;
  await expect.poll(() => findProcessesWith(marker)?.length ?? 0, { timeout: 10_000 }).toBe(0);
  return { out, exitCode, stderr, left: findProcessesWith(marker) ?? [] };
}

describe('Ctrl-C', () => {
  it('while the sandbox starts: exit 130 and nothing left', async () => {
    const { exitCode, stderr, left, out } = await interruptAt(/starting a sandbox/, 'starting');
    expect(exitCode, stderr).toBe(130);
    expect(left).toEqual([]);
    expect(existsSync(out)).toBe(false);
  });

  it('while k6 loads: exit 130, run.json says interrupted, load.ndjson has what came before', async () => {
    const { exitCode, stderr, left, out } = await interruptAt(/\/s, \d+ streams/, 'loading');
    expect(exitCode, stderr).toBe(130);
    expect(stderr).toContain('error INTERRUPTED');
    expect(left).toEqual([]);
    expect(JSON.parse(readFileSync(join(out, runFiles.run), 'utf8'))).toMatchObject({ ended: 'interrupted' });
    expect(readFileSync(join(out, runFiles.load), 'utf8')).toContain('"type":"bucket"');
  });

  it('while settings are searched: exit 130, the recording is complete and can be recommended from', async () => {
    const { exitCode, stderr, left, out } = await interruptAt(/searching settings/, 'searching');
    expect(exitCode, stderr).toBe(130);
    expect(left).toEqual([]);
    expect(JSON.parse(readFileSync(join(out, runFiles.run), 'utf8'))).toMatchObject({ ended: 'complete' });
    expect(existsSync(join(out, runFiles.evidence))).toBe(true);
    expect(existsSync(join(out, runFiles.advice))).toBe(false);
  });
});
