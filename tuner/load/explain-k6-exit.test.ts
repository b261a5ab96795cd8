import { describe, expect, it } from 'vitest';
import { explainK6Exit, type K6Exit } from './explain-k6-exit.ts';

const exit: K6Exit = {
  exitCode: 0,
  signal: null,
  startError: null,
  k6Path: '/cache/k6',
  lastLines: ['the end of the log'],
  logPath: '/run/k6.log',
};

describe('explainK6Exit', () => {
  it.each([0, 99])('has nothing to explain of %i: the load ran to its end', (exitCode) => {
    expect(explainK6Exit({ ...exit, exitCode })).toBeNull();
  });

  // Codes of k6 v2, errext/exitcodes/codes.go.
  it.each([
    { exitCode: 97, code: 'K6_CLOUD', ours: 3 },
    { exitCode: 98, code: 'K6_CLOUD', ours: 3 },
    { exitCode: 100, code: 'K6_TIMEOUT', ours: 4 },
    { exitCode: 101, code: 'K6_TIMEOUT', ours: 4 },
    { exitCode: 102, code: 'K6_TIMEOUT', ours: 4 },
    { exitCode: 104, code: 'K6_CONFIG', ours: 2 },
    { exitCode: 105, code: 'K6_STOPPED', ours: 4 },
    { exitCode: 106, code: 'K6_PORT', ours: 2 },
    { exitCode: 107, code: 'K6_SCRIPT', ours: 1 },
    { exitCode: 108, code: 'K6_ABORTED', ours: 4 },
    { exitCode: 109, code: 'K6_PANIC', ours: 1 },
    { exitCode: 110, code: 'K6_ABORTED', ours: 4 },
    { exitCode: 255, code: 'K6_FAILED', ours: 4 },
  ])('translates $exitCode into $code, exit $ours', ({ exitCode, code, ours }) => {
    const error = explainK6Exit({ ...exit, exitCode });
    expect(error).toMatchObject({ code, exitCode: ours, why: 'the end of the log' });
    expect(error?.next).not.toBe('');
  });

  it('thinks of memory where the kernel may have killed it, and of nothing where it crashed', () => {
    const killed = explainK6Exit({ ...exit, exitCode: null, signal: 'SIGKILL' });
    expect(killed).toMatchObject({ code: 'K6_KILLED', next: expect.stringContaining('Out of memory') });
    const crashed = explainK6Exit({ ...exit, exitCode: null, signal: 'SIGSEGV' });
    expect(crashed).toMatchObject({ code: 'K6_KILLED', next: 'read /run/k6.log' });
  });

  it('says of a log that is empty where it would have been', () => {
    expect(explainK6Exit({ ...exit, exitCode: 255, lastLines: [] })?.why).toBe(
      'it wrote nothing to /run/k6.log',
    );
  });
});
