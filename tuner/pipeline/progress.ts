/** Where a command says what it is doing: stderr, so that stdout stays the result. */
export interface Progress {
  /** One line, kept. */
  say(text: string): void;
}

/** @param write usually stderr's */
export function plainProgress(write: (text: string) => void, now: () => number = Date.now): Progress {
  const begin = now();
  return {
    say: (text) => write(`[${((now() - begin) / 1000).toFixed(0).padStart(4)}s] ${text}\n`),
  };
}
