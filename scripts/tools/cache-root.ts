import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder that all checkouts of a user share: `TUNE_CACHE`, else the XDG cache folder.
 *
 * @example cacheRoot({ XDG_CACHE_HOME: '/c' }) // '/c/dify-scale-tuner'
 */
export function cacheRoot(env: Environment = process.env): string {
  if (env.TUNE_CACHE) return resolve(env.TUNE_CACHE);
  // The XDG specification says to ignore a relative path, so that the working folder cannot decide it.
  const base =
    env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(base, 'dify-scale-tuner');
}
