import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { didYouMean } from '../../tuner/config/nearest-name.ts';
import { exitCodes, TuneError } from '../../tuner/errors.ts';

const worldsFolder = join(import.meta.dirname, '..', 'worlds');

/** Names of the worlds that come along, in alphabetical order. */
export function worldNames(): string[] {
  return readdirSync(worldsFolder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * @param world a name from `worldNames()`, or a path: with a slash or ending in .yaml or .yml
 * @returns absolute path
 * @throws TuneError UNKNOWN_WORLD, exit 2
 */
export function resolveWorldFile(world: string): string {
  const isPath = /[/\\]|\.ya?ml$/.test(world);
  const file = isPath ? resolve(world) : join(worldsFolder, `${world}.yaml`);
  if (existsSync(file)) return file;
  const names = worldNames();
  throw new TuneError({
    code: 'UNKNOWN_WORLD',
    message: isPath ? `there is no world file ${file}` : `no world is named "${world}"`,
    why: `worlds that come along: ${names.join(', ')}`,
    next: `${didYouMean(world, names)}name one of them, or the path of a world file ending in .yaml`,
    exitCode: exitCodes.usage,
  });
}
