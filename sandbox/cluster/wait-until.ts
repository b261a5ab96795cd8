import { setTimeout as sleep } from 'node:timers/promises';
import { TuneError } from '../../tuner/errors.ts';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly everyMs: number;
  readonly signal: AbortSignal;
  /** Makes the error to throw when time is up, from the last error the check threw, if any. */
  readonly onTimeout: (lastError: unknown) => Error;
  /** Errors of the check that no further look would change; a TuneError always is one. */
  readonly isFinal?: (error: unknown) => boolean;
}

/**
 * Asks again and again until the answer is yes.
 *
 * @param check an error it throws counts as no, a final one ends the wait at once
 * @throws the signal's reason, the check's final error, or what `onTimeout` makes
 */
export async function waitUntil(
  check: () => Promise<boolean> | boolean,
  options: WaitOptions,
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  let lastError: unknown;
  for (;;) {
    options.signal.throwIfAborted();
    try {
      if (await check()) return;
      lastError = undefined;
    } catch (error) {
      if (error instanceof TuneError || options.isFinal?.(error)) throw error;
      lastError = error;
    }
    if (Date.now() > deadline) throw options.onTimeout(lastError);
    await sleep(options.everyMs, undefined, { signal: options.signal }).catch(() => {});
  }
}
