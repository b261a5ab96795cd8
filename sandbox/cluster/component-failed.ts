import { readFileSync } from 'node:fs';
import { exitCodes, TuneError } from '../../tuner/errors.ts';

const shownLines = 6;

/**
 * SANDBOX_NOT_STARTED, exit 3: one component did not do its part while the sandbox came up.
 *
 * @param what what it did or did not do: `ended`, `did not answer within 60 s`
 */
export function componentFailed(
  component: string,
  what: string,
  log: string | null,
  cause?: unknown,
): TuneError {
  const lines = log === null ? [] : lastLines(log, shownLines);
  const said = lines.length > 0 ? `its last lines:\n${lines.join('\n')}` : 'it wrote nothing';
  return new TuneError({
    code: 'SANDBOX_NOT_STARTED',
    message: `the sandbox did not come up: ${component} ${what}`,
    why: said,
    next: `${log === null ? '' : `read ${log}, then `}run \`tune sandbox up\` again; nothing of this attempt is left running`,
    exitCode: exitCodes.unreachable,
    cause,
  });
}

/** The last lines that are not empty, oldest first; none when the file cannot be read. */
export function lastLines(file: string, count: number): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  } catch {
    return [];
  }
}
