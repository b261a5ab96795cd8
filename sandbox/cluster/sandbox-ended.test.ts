import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { portsOfBlock } from './port-block.ts';
import { reasonOfEnd, sandboxEnded, whenSandboxEnds } from './sandbox-ended.ts';
import { type SandboxRecord, writeRecord } from './sandbox-record.ts';

const gone = { pid: 4_194_305, startToken: 'gone' };
const up: SandboxRecord = {
  schemaVersion: 1,
  name: 'test',
  world: '/w.yaml',
  state: 'up',
  endedBecause: null,
  startedAt: '2026-11-22T21:00:00.000Z',
  upSeconds: 6,
  owner: 'itself',
  ports: portsOfBlock(20_000),
  url: null,
  supervisor: { ...gone, name: 'supervisor', port: null, log: null },
  components: [],
};

function folderWith(record: SandboxRecord | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'ended-'));
  if (record !== null) writeRecord(folder, record);
  return folder;
}

describe('the end of a sandbox', () => {
  it('has the reason that its supervisor or watchdog noted', async () => {
    const folder = folderWith({ ...up, state: 'ended', endedBecause: 'etcd (pid 7) ended' });
    expect(await whenSandboxEnds(folder, up)).toBe('etcd (pid 7) ended');
  });

  it('waits for the watchdog of a supervisor that was killed to note it', async () => {
    const folder = folderWith(up);
    const reason = reasonOfEnd(folder, up);
    writeRecord(folder, { ...up, state: 'ended', endedBecause: 'its supervisor was killed' });
    expect(await reason).toBe('its supervisor was killed');
  });

  it.each([
    { name: 'it was asked to end', given: { ...up, state: 'ended' as const } },
    { name: 'its folder was removed', given: null },
    {
      name: 'another one is in its folder',
      given: { ...up, supervisor: { ...up.supervisor, startToken: 'other' } },
    },
  ])('has no reason of its own when $name', async ({ given }) => {
    expect(await reasonOfEnd(folderWith(given), up)).toBeNull();
  });

  it('is an error that says why, and where the logs are', () => {
    const error = sandboxEnded('/s/run-7', 'dify (pid 9) ended, see /s/run-7/logs/dify.log');
    expect(error).toMatchObject({
      code: 'SANDBOX_ENDED',
      exitCode: 3,
      message: 'the sandbox "run-7" ended while it was in use',
      why: expect.stringContaining('dify (pid 9) ended, see /s/run-7/logs/dify.log'),
      next: expect.stringContaining('/s/run-7/logs and /s/run-7/kwok/clusters/sandbox/logs'),
    });
  });

  it('names no logs when someone took it down, and its logs with it', () => {
    const error = sandboxEnded('/s/run-7', null);
    expect(error.why).toContain('tune sandbox down --name run-7');
    expect(error.next).not.toContain('logs');
  });
});
