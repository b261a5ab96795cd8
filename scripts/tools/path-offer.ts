import { execa } from 'execa';
import { findOnPath } from './find-on-path.ts';
import type { PathProgram, VersionRange } from './tools.ts';

/** Asks a program for its version. @returns null when it does not say within 5 s */
export async function askVersion(path: string, ask: readonly string[]): Promise<string | null> {
  const { all } = await execa(path, [...ask], { all: true, reject: false, timeout: 5000, stdin: 'ignore' });
  return findVersion(all ?? '');
}

/** @example findVersion('Redis server v=7.0.15 sha=00000000:0') // '7.0.15' */
export function findVersion(text: string): string | null {
  const [, major, minor, patch] = /(?<![\d.])(\d+)\.(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined || minor === undefined ? null : `${major}.${minor}.${patch ?? '0'}`;
}

/** @example fits('1.37.2', { atLeast: '1.37.0', below: '1.38.0' }) // true */
export function fits(version: string, { atLeast, below }: VersionRange): boolean {
  return compare(version, atLeast) >= 0 && compare(version, below) < 0;
}

/** What PATH has for a tool: `version` is null when it does not fit, for the reason in `why`. */
export async function offerOnPath(
  { program, ask, accepts }: PathProgram,
  env: NodeJS.ProcessEnv = process.env,
) {
  const mark = findOnPath(program, env);
  if (mark === null) return { mark, version: null, why: `no ${program} on PATH` };
  const version = await askVersion(mark.path, ask);
  if (version !== null && fits(version, accepts)) return { mark, version, why: '' };
  const wanted = `${accepts.atLeast} or newer, below ${accepts.below}`;
  return { mark, version: null, why: `${mark.path} is ${version ?? 'of unknown version'}, wanted ${wanted}` };
}

function compare(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  const differing = [0, 1, 2].find((index) => left[index] !== right[index]);
  return differing === undefined ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
}
