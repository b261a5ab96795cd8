import { sandboxEnded } from '../../sandbox/cluster/sandbox-ended.ts';

export interface WatchedSandbox {
  /** The user's signal, and SANDBOX_ENDED as its reason when the sandbox ends before the watch was stopped. */
  readonly signal: AbortSignal;
  /** From here on its end is no surprise. @returns whether it had ended before */
  stop(): boolean;
}

/**
 * Aborts what uses a sandbox when the sandbox ends under it.
 *
 * @param ended resolves with the reason, or null when someone else took it down
 */
export function watchSandbox(
  folder: string,
  ended: Promise<string | null>,
  signal: AbortSignal,
): WatchedSandbox {
  const gone = new AbortController();
  let isWatched = true;
  void ended.then((because) => {
    if (isWatched) gone.abort(sandboxEnded(folder, because));
  });
  return {
    signal: AbortSignal.any([signal, gone.signal]),
    stop() {
      isWatched = false;
      return gone.signal.aborted;
    },
  };
}
