import type { Run } from '../contracts/run.ts';
import { exitCodes, TuneError } from '../errors.ts';

/**
 * What cut a run short, when it was neither its user nor the end of the plan: the target went away, or nothing more
 * can be written.
 *
 * @param signal of the run: its reason is INTERRUPTED, or why the run cannot go on
 * @returns null when nothing did
 */
export function cutShortBy(signal: AbortSignal): TuneError | null {
  const reason: unknown = signal.reason;
  return signal.aborted && reason instanceof TuneError && reason.exitCode !== exitCodes.interrupted
    ? reason
    : null;
}

/** How run.json says that the load ended. */
export function endingOf(
  loadEnded: 'complete' | 'interrupted',
  signal: AbortSignal,
): Pick<Run, 'ended' | 'endedBecause'> {
  const cause = cutShortBy(signal);
  return cause === null
    ? { ended: loadEnded, endedBecause: null }
    : { ended: 'failed', endedBecause: cause.code };
}

/** How run.json says that the run ended with an error. */
export function failedEnding(thrown: unknown, signal: AbortSignal): Pick<Run, 'ended' | 'endedBecause'> {
  const cause = cutShortBy(signal);
  if (signal.aborted && cause === null) return { ended: 'interrupted', endedBecause: null };
  const error = cause ?? thrown;
  return { ended: 'failed', endedBecause: error instanceof TuneError ? error.code : 'BUG' };
}
