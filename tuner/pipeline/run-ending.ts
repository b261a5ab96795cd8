import type { Run } from '../contracts/run.ts';
import { exitCodes, TuneError } from '../errors.ts';

/**
 * What cut a run short, when it was neither its user nor the end of the plan: the target went away.
 *
 * @param signal of the run: its reason is INTERRUPTED, or why there is no target any more
 * @returns null when nothing did
 */
export function targetLost(signal: AbortSignal): TuneError | null {
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
  const lost = targetLost(signal);
  return lost === null
    ? { ended: loadEnded, endedBecause: null }
    : { ended: 'failed', endedBecause: lost.code };
}

/** How run.json says that the run ended with an error. */
export function failedEnding(thrown: unknown, signal: AbortSignal): Pick<Run, 'ended' | 'endedBecause'> {
  const lost = targetLost(signal);
  if (signal.aborted && lost === null) return { ended: 'interrupted', endedBecause: null };
  const error = lost ?? thrown;
  return { ended: 'failed', endedBecause: error instanceof TuneError ? error.code : 'BUG' };
}
