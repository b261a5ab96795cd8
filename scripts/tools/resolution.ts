import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from './cache-root.ts';
import { type ToolName, tools } from './tools.ts';
import { unitKey } from './units.ts';

export type Source = 'path' | 'download' | 'packages' | 'build';

/** A file as it was when it was chosen: when size or time differ, it is another file. */
export interface FileMark {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Which file serves as a tool, and on what that choice rested. */
export interface Resolution {
  readonly schemaVersion: 1;
  readonly version: string;
  readonly source: Source;
  readonly file: FileMark;
  /** What PATH offered at the time, fitting or not; `null` when nothing. */
  readonly offeredOnPath: FileMark | null;
}

/** @returns null when there is no such file */
export function markFile(path: string): FileMark | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : { path, size: stats.size, mtimeMs: stats.mtimeMs };
}

export function isSameFile(a: FileMark | null, b: FileMark | null): boolean {
  return a?.path === b?.path && a?.size === b?.size && a?.mtimeMs === b?.mtimeMs;
}

/** @returns null when the tool was not set up from these sources and versions, or its file is gone or changed */
export function readResolution(name: ToolName, env = process.env): Resolution | null {
  const resolution = parse(resolutionFile(name, env));
  if (resolution?.schemaVersion !== 1) return null;
  return isSameFile(resolution.file, markFile(resolution.file.path)) ? resolution : null;
}

/** Replaces the record in one step, so that a reader sees the old one or the new one. */
export async function writeResolution(
  name: ToolName,
  resolution: Resolution,
  env = process.env,
): Promise<void> {
  const file = resolutionFile(name, env);
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, `${JSON.stringify(resolution, null, 2)}\n`);
  await rename(draft, file);
}

function resolutionFile(name: ToolName, env: NodeJS.ProcessEnv): string {
  const tool = tools[name];
  const hash = createHash('sha256').update(JSON.stringify([tool.version, unitKey(tool.unit)]));
  if (name === 'redisServer') hash.update(env.TUNE_REDIS ?? '');
  return join(cacheRoot(env), 'resolved', `${tool.name}-${hash.digest('hex').slice(0, 16)}.json`);
}

function parse(file: string): Resolution | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Resolution;
  } catch {
    // Missing or damaged: both mean that set-up has to look again.
    return null;
  }
}
