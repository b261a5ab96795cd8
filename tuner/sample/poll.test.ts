import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startPoll } from './poll.ts';

let stop: AbortController;
beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => stop.abort());

describe('startPoll', () => {
  it('reads at once when nudged, and once more when nudged while reading', async () => {
    let reads = 0;
    let finish = () => {};
    const read = () => {
      reads += 1;
      return new Promise<void>((resolve) => {
        finish = resolve;
      });
    };
    const poll = startPoll({ everyMs: 60_000, signal: stop.signal, read, onFailure: () => undefined });
    await vi.waitFor(() => expect(reads).toBe(1));
    poll.nudge();
    expect(reads).toBe(1);
    finish();
    await vi.waitFor(() => expect(reads).toBe(2));
    finish();
    await poll.ready;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(reads).toBe(2);
    poll.nudge();
    await vi.waitFor(() => expect(reads).toBe(3));
    stop.abort();
    finish();
    await poll.ended;
  });

  it('asks a source that fails ever more rarely, and says each time why', async () => {
    const failures: string[] = [];
    const poll = startPoll({
      everyMs: 10,
      signal: stop.signal,
      read: async () => {
        throw new Error('down');
      },
      onFailure: (thrown) => failures.push(String(thrown)),
    });
    await poll.ready;
    expect(failures).toEqual(['Error: down']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    // 300 ms hold 30 readings at 10 ms; with pauses of 10, 40, 80, 160 ms there is room for five.
    expect(failures.length).toBeGreaterThan(2);
    expect(failures.length).toBeLessThan(9);
    stop.abort();
    await poll.ended;
  });
});
