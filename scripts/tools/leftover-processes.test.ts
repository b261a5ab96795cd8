import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { findProcessesWith } from './leftover-processes.ts';

describe.runIf(process.platform === 'linux')('findProcessesWith', () => {
  it('finds a grandchild whose parent is gone, and nothing once it ended', async () => {
    const value = randomUUID();
    const marker = `TUNE_LEFTOVER_TEST=${value}`;
    const { stdout } = await execa('sh', ['-c', 'sleep 30 >/dev/null 2>&1 & echo $!'], {
      env: { TUNE_LEFTOVER_TEST: value },
    });
    const pid = Number(stdout);
    expect(findProcessesWith(marker)).toEqual([{ pid, command: 'sleep 30' }]);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => findProcessesWith(marker)).toEqual([]);
  });

  it('finds none with another value', () => {
    expect(findProcessesWith(`TUNE_LEFTOVER_TEST=${randomUUID()}`)).toEqual([]);
  });
});
