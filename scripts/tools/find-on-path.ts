import { accessSync, constants, realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { cacheRoot } from './cache-root.ts';
import { type FileMark, markFile } from './resolution.ts';

/**
 * The first program of that name on PATH; links are followed, so that an upgrade behind a link is noticed.
 *
 * @returns null when there is none, or only one of our own cache
 */
export function findOnPath(program: string, env: NodeJS.ProcessEnv = process.env): FileMark | null {
  // A relative entry would make the answer depend on the folder one happens to be in.
  for (const folder of (env.PATH ?? '').split(delimiter).filter(isAbsolute)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    const mark = markFile(path);
    const isOurs = realpathSync(path).startsWith(cacheRoot(env));
    if (mark !== null && !isOurs) return mark;
  }
  return null;
}
