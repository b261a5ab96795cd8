import { setTimeout as sleep } from 'node:timers/promises';

export interface PollOptions {
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** One reading; a rejection is a failed one. */
  readonly read: () => Promise<void>;
  readonly onFailure: (thrown: unknown) => void;
}

export interface Poll {
  /** Reads at once instead of at the next turn; once more when a reading is under way, which may be too old. */
  nudge(): void;
  /** Settled after the first reading, whether it failed or not. */
  readonly ready: Promise<void>;
  /** Settled when the signal has ended it. */
  readonly ended: Promise<void>;
}

/** However long a source fails, it is asked again this soon: its coming back is news. */
const longestPauseMs = 5_000;

/** Reads again and again until the signal ends it; a source that fails is asked ever more rarely. */
export function startPoll(options: PollOptions): Poll {
  const ready = Promise.withResolvers<void>();
  let wake: AbortController | null = null;
  let isNudged = false;

  const pause = async (ms: number) => {
    wake = new AbortController();
    const signal = AbortSignal.any([options.signal, wake.signal]);
    if (!isNudged) await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    isNudged = false;
    wake = null;
  };
  const run = async () => {
    let failures = 0;
    while (!options.signal.aborted) {
      const beganAt = performance.now();
      try {
        await options.read();
        failures = 0;
      } catch (thrown) {
        if (options.signal.aborted) break;
        failures += 1;
        options.onFailure(thrown);
      }
      ready.resolve();
      const slower = Math.min(options.everyMs * 2 ** Math.min(failures, 10), longestPauseMs);
      const pauseMs = failures > 1 ? Math.max(options.everyMs, slower) : options.everyMs;
      await pause(Math.max(0, pauseMs - (performance.now() - beganAt)));
    }
    ready.resolve();
  };
  return {
    ready: ready.promise,
    ended: run(),
    nudge() {
      isNudged = true;
      wake?.abort();
    },
  };
}
