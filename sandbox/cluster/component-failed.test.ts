import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TuneError } from '../../tuner/errors.ts';
import { componentFailed } from './component-failed.ts';
import { waitUntil } from './wait-until.ts';

describe('a component that failed', () => {
  it('is named, with its last lines and where the rest is', () => {
    const log = join(mkdtempSync(join(tmpdir(), 'component-')), 'etcd.log');
    writeFileSync(log, `${Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n')}\n\n`);
    const error = componentFailed('etcd', 'ended', log);
    expect(error.message).toBe('the sandbox did not come up: etcd ended');
    expect(error.why).toBe('its last lines:\nline 14\nline 15\nline 16\nline 17\nline 18\nline 19');
    expect(error.next).toContain(log);
    expect(error.exitCode).toBe(3);
  });

  it('says so when it wrote nothing', () => {
    expect(componentFailed('etcd', 'ended', '/nowhere.log').why).toBe('it wrote nothing');
  });
});

describe('waiting', () => {
  const waiting = (onTimeout = (cause: unknown) => new Error(`too late: ${String(cause)}`)) => ({
    timeoutMs: 20,
    everyMs: 1,
    signal: new AbortController().signal,
    onTimeout,
  });

  it('ends with the first yes, and takes errors for a no', async () => {
    let asked = 0;
    await waitUntil(
      () => {
        asked += 1;
        if (asked < 3) throw new Error('connection refused');
        return true;
      },
      { ...waiting(), timeoutMs: 5000 },
    );
    expect(asked).toBe(3);
  });

  it('ends in time with the last error', async () => {
    const refused = () => Promise.reject(new Error('connection refused'));
    await expect(waitUntil(refused, waiting())).rejects.toThrow('too late: Error: connection refused');
  });

  it("does not outlive an error that is the user's to act on", async () => {
    const error = componentFailed('redis', 'ended', null);
    const failing = () => Promise.reject(error);
    await expect(waitUntil(failing, { ...waiting(), timeoutMs: 60_000 })).rejects.toBe(error);
    expect(error).toBeInstanceOf(TuneError);
  });

  it('does not outlive an error that the caller calls final', async () => {
    const error = new Error('422');
    const waits = { ...waiting(), timeoutMs: 60_000, isFinal: (thrown: unknown) => thrown === error };
    await expect(waitUntil(() => Promise.reject(error), waits)).rejects.toBe(error);
  });

  it('ends with the reason of its signal', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('asked to end')), 5);
    const never = waitUntil(() => false, {
      ...waiting(),
      timeoutMs: 60_000,
      everyMs: 60_000,
      signal: stop.signal,
    });
    await expect(never).rejects.toThrow('asked to end');
  });
});
