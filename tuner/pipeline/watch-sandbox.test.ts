import { describe, expect, it } from 'vitest';
import { watchSandbox } from './watch-sandbox.ts';

const never = new AbortController().signal;

function ending() {
  let resolveEnded: (because: string | null) => void = () => {};
  const ended = new Promise<string | null>((resolve) => {
    resolveEnded = resolve;
  });
  const end = async (because: string | null) => resolveEnded(because);
  return { ended, end };
}

describe('a run in a sandbox', () => {
  it('is aborted with the reason when the sandbox ends under it', async () => {
    const { ended, end } = ending();
    const watch = watchSandbox('/s/run-7', ended, never);
    expect(watch.signal.aborted).toBe(false);
    await end('dify (pid 9) ended, see /s/run-7/logs/dify.log');
    expect(watch.signal.reason).toMatchObject({
      code: 'SANDBOX_ENDED',
      exitCode: 3,
      why: expect.stringContaining('dify (pid 9) ended'),
    });
    expect(watch.stop()).toBe(true);
  });

  it('is aborted by its user as before', () => {
    const user = new AbortController();
    const watch = watchSandbox('/s/run-7', ending().ended, user.signal);
    user.abort('Ctrl-C');
    expect(watch.signal.reason).toBe('Ctrl-C');
    expect(watch.stop()).toBe(false);
  });

  it('is not aborted by the end of a sandbox that it takes down itself', async () => {
    const { ended, end } = ending();
    const watch = watchSandbox('/s/run-7', ended, never);
    expect(watch.stop()).toBe(false);
    await end(null);
    expect(watch.signal.aborted).toBe(false);
  });
});
