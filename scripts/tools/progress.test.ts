import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgress, formatElapsed } from './progress.ts';

describe('createProgress', () => {
  let written: string[];
  beforeEach(() => {
    vi.useFakeTimers();
    written = [];
  });
  afterEach(() => void vi.useRealTimers());
  const output = (isTTY: boolean) => ({ isTTY, write: (text: string) => written.push(text) });

  it('prints plain lines without a terminal, and names what still runs every half minute', () => {
    const progress = createProgress(output(false));
    const task = progress.begin('helm', 'building');
    task.update('building (12 packages)');
    vi.advanceTimersByTime(61_000);
    task.done('built');
    progress.close();
    expect(written).toEqual([
      'setup: helm: building\n',
      'setup: still at it: helm building (12 packages), 30 s\n',
      'setup: still at it: helm building (12 packages), 1 min 0 s\n',
      'setup: helm: built in 1 min 1 s\n',
    ]);
  });

  it('rewrites the last line of a terminal each second, and clears it at the end', () => {
    const progress = createProgress(output(true));
    progress.begin('helm', 'building');
    vi.advanceTimersByTime(1000);
    expect(written.at(-1)).toContain('\r\x1b[K');
    expect(written.at(-1)).toContain('helm building, 1.0 s');
    progress.close();
    expect(written.at(-1)).toBe('\r\x1b[K');
  });
});

describe('formatElapsed', () => {
  it.each([
    [940, '0.9 s'],
    [41_200, '41 s'],
    [59_700, '1 min 0 s'],
    [372_000, '6 min 12 s'],
  ])('writes %d ms as %s', (milliseconds, text) => {
    expect(formatElapsed(milliseconds)).toBe(text);
  });
});
