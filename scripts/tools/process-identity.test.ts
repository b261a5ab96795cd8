import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isAlive, ownIdentity, statOf } from './process-identity.ts';

describe('isAlive', () => {
  it('knows a running process, and tells it from another with its pid', () => {
    expect(isAlive(ownIdentity())).toBe(true);
    expect(isAlive({ ...ownIdentity(), startTicks: '1' })).toBe(false);
    expect(isAlive({ pid: 2 ** 22 + 1, startTicks: null })).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'calls a process dead that ended and was not waited for',
    async () => {
      // The child ends after the shell has become a program that never asks how; before, the shell would reap it.
      const parent = spawn('sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 30'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const [pid] = await new Promise<number[]>((resolve) =>
        parent.stdout.once('data', (text: Buffer) => resolve([Number(text.toString())])),
      );
      const child = { pid: pid ?? 0, startTicks: null };
      await expect.poll(() => statOf(child.pid)?.state, { timeout: 10_000 }).toBe('Z');
      expect(isAlive(child)).toBe(false);
      parent.kill('SIGKILL');
    },
  );
});
