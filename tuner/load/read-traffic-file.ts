import { readNamedFile } from '../journal/read-named-file.ts';

/**
 * A file that a profile names.
 *
 * @param key where in the profile it is named
 * @throws TuneError NO_SUCH_FILE, exit 2
 */
export function readTrafficFile(file: string, key: string): string {
  return readNamedFile(file, {
    why: `the profile names it under \`${key}\`; paths are relative to the file that the profile stands in`,
    next: `correct \`${key}\` of the profile`,
  });
}
