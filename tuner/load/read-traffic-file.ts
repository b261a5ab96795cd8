import { readFileSync } from 'node:fs';
import { exitCodes, TuneError } from '../errors.ts';

/**
 * A file that a profile names.
 *
 * @param key where in the profile it is named
 * @throws TuneError NO_SUCH_FILE, exit 2
 */
export function readTrafficFile(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TuneError({
      code: 'NO_SUCH_FILE',
      message: `${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      why: `the profile names it under \`${key}\`; paths are relative to the file that the profile stands in`,
      next: `correct \`${key}\` of the profile`,
      exitCode: exitCodes.usage,
      cause,
    });
  }
}
