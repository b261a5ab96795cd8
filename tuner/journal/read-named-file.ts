import { readFileSync } from 'node:fs';
import { exitCodes, TuneError } from '../errors.ts';

/**
 * A text file that somebody named.
 *
 * @throws TuneError NO_SUCH_FILE, exit 2, with the caller's word on who named it and what to do
 */
export function readNamedFile(file: string, { why, next }: { why: string; next: string }): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TuneError({
      code: 'NO_SUCH_FILE',
      message: `${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      why,
      next,
      exitCode: exitCodes.usage,
      cause,
    });
  }
}
