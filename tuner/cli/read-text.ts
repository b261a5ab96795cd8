import { readFileSync } from 'node:fs';
import { exitCodes, TuneError } from '../errors.ts';

/** Stands for standard input where a file is asked for, as for other tools. */
export const standardInput = '-';
const standardInputDescriptor = 0;

/** What a file is called in an error. */
export function nameOf(file: string): string {
  return file === standardInput ? 'standard input' : file;
}

/**
 * The text of a file, or of standard input for `-`.
 *
 * @param next what to do where it cannot be read
 * @throws TuneError FILE_UNREADABLE
 */
export function readText(file: string, next: string): string {
  try {
    return readFileSync(file === standardInput ? standardInputDescriptor : file, 'utf8');
  } catch (cause) {
    throw new TuneError({
      code: 'FILE_UNREADABLE',
      message: `cannot read ${nameOf(file)}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next,
      exitCode: exitCodes.usage,
      cause,
    });
  }
}
