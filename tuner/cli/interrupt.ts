import { exitCodes, TuneError } from '../errors.ts';

const controller = new AbortController();
let isListening = false;

/**
 * Aborts on the first Ctrl-C (or SIGTERM): the command saves what it has and ends with exit 130.
 *
 * A second Ctrl-C ends the process at once; what it started notices and ends by itself.
 */
export function interruptSignal(): AbortSignal {
  if (!isListening) {
    isListening = true;
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => onSignal(name));
  }
  return controller.signal;
}

function onSignal(name: NodeJS.Signals): void {
  if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL');
  process.stderr.write(`\n${name}: stopping and saving what there is; once more ends at once\n`);
  controller.abort(interrupted());
}

/** The reason an aborted signal carries, and what a command throws when it stopped for it. */
export function interrupted(): TuneError {
  return new TuneError({
    code: 'INTERRUPTED',
    message: 'stopped before the end',
    why: 'the process was told to (Ctrl-C or SIGTERM)',
    next: 'run the command again, or look at what was recorded: tune report <run folder>',
    exitCode: exitCodes.interrupted,
  });
}
