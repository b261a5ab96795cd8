/** A run whose sandbox dies under it: the error, the recording and the logs that are left. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { downSandbox } from '../../sandbox/cluster/down-sandbox.ts';
import { sandboxFolder } from '../../sandbox/cluster/sandbox-paths.ts';
import { readRecord } from '../../sandbox/cluster/sandbox-record.ts';
import { leftRunning } from '../../sandbox/cluster/testing/left-running.ts';
import { runFiles } from '../contracts/run-folder.ts';
import type { TuneError } from '../errors.ts';
import { recordOnly } from './record-only.ts';

const place = mkdtempSync(join(tmpdir(), 'sandbox-ended-'));
const out = join(place, 'run');
/** What open-target.ts names the sandbox of a run. */
const sandbox = sandboxFolder(`run-${process.pid}`);
afterAll(async () => {
  await downSandbox(sandbox);
  rmSync(place, { recursive: true, force: true });
});

describe('a run whose stand-in Dify is killed', () => {
  it('ends at once with SANDBOX_ENDED, and keeps the recording and the logs', async () => {
    const profile = join(place, 'minutes.yaml');
    writeFileSync(
      profile,
      'mix: { chat: 1 }\nstartArrivalsPerSecond: 1\nstages: [{ duration: 5m, arrivalsPerSecond: 1 }]\nlead: 1s\n',
    );
    const said: string[] = [];
    const running = recordOnly({
      target: 'sandbox',
      profile,
      out,
      world: 'comfortable',
      k6Out: [],
      workingFolder: place,
      toolVersion: 'test',
      signal: new AbortController().signal,
      progress: { say: (line) => said.push(line) },
    });
    const failure = running.then(
      () => null,
      (error: TuneError) => error,
    );
    await expect.poll(() => bucketLines(out), { timeout: 300_000, interval: 250 }).toBeGreaterThan(3);
    const record = readRecord(sandbox);
    const dify = record?.components.find(({ name }) => name === 'dify');
    if (!dify) throw new Error('no stand-in in the record');
    process.kill(dify.pid, 'SIGKILL');

    expect(await failure).toMatchObject({
      code: 'SANDBOX_ENDED',
      exitCode: 3,
      why: expect.stringContaining(`dify (pid ${dify.pid}) ended, see ${dify.log}`),
      next: expect.stringContaining(join(sandbox, 'logs')),
    });
    expect(said.at(-1)).toContain(out);
    expect(JSON.parse(readFileSync(join(out, runFiles.run), 'utf8'))).toMatchObject({
      ended: 'failed',
      endedBecause: 'SANDBOX_ENDED',
      endAt: expect.any(String),
    });
    expect(leftRunning(sandbox, record)).toEqual([]);
    expect(existsSync(dify.log ?? '')).toBe(true);
  });
});

function bucketLines(folder: string): number {
  const file = join(folder, runFiles.load);
  return existsSync(file) ? readFileSync(file, 'utf8').split('"type":"bucket"').length - 1 : 0;
}
