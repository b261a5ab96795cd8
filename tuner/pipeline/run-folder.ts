import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import { runFiles } from '../contracts/run-folder.ts';
import { exitCodes, TuneError } from '../errors.ts';

/** A run's folder and the files in it. */
export interface RunFolder {
  readonly path: string;
  /** `<time>-<target>`, the folder's own name. */
  readonly id: string;
  file(name: keyof typeof runFiles): string;
  /** Whole or not at all: a reader never sees half a file. */
  writeJson(name: keyof typeof runFiles, value: unknown): void;
  writeText(name: keyof typeof runFiles, text: string): void;
  /** @throws TuneError NO_FILE, or BAD_FILE naming the field */
  readJson<T>(name: keyof typeof runFiles, schema: z.ZodType<T>): T;
}

/** Makes `<parent>/<time>-<target>`, or `out` itself where one was named. */
export function createRunFolder(options: {
  readonly startAt: Date;
  readonly targetName: string;
  readonly out: string | undefined;
  readonly workingFolder: string;
}): RunFolder {
  const stamp = options.startAt.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  const path = resolve(options.workingFolder, options.out ?? join('runs', `${stamp}-${options.targetName}`));
  if (existsSync(join(path, runFiles.run))) throw folderTaken(path);
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new TuneError({
      code: 'CANNOT_WRITE',
      message: `cannot make the folder ${path}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'name a folder that you may write to with --out DIR',
      exitCode: exitCodes.usage,
      cause,
    });
  }
  return runFolder(path);
}

/** @throws TuneError NO_RUN when the folder holds no run.json */
export function openRunFolder(path: string, workingFolder: string): RunFolder {
  const folder = runFolder(resolve(workingFolder, path));
  if (existsSync(folder.file('run'))) return folder;
  throw new TuneError({
    code: 'NO_RUN',
    message: `${folder.path} is no run folder`,
    why: `there is no ${runFiles.run} in it`,
    next: 'name a folder that `tune --target …` or `tune load` has written, such as runs/<time>-<target>',
    exitCode: exitCodes.usage,
  });
}

function runFolder(path: string): RunFolder {
  const file = (name: keyof typeof runFiles) => join(path, runFiles[name]);
  const write = (name: keyof typeof runFiles, text: string) => {
    writeFileSync(`${file(name)}.new`, text);
    renameSync(`${file(name)}.new`, file(name));
  };
  return {
    path,
    id: basename(path),
    file,
    writeText: write,
    writeJson: (name, value) => write(name, `${JSON.stringify(value, null, 2)}\n`),
    readJson: (name, schema) => readJson(file(name), schema),
  };
}

function readJson<T>(path: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw badFile('NO_FILE', path, cause instanceof Error ? cause.message : String(cause));
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (version !== 1) {
    throw badFile(
      'UNKNOWN_SCHEMA_VERSION',
      path,
      `schemaVersion is ${JSON.stringify(version)}; this tune reads version 1`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  throw badFile('BAD_FILE', path, fields.join('; '));
}

function badFile(code: string, path: string, why: string): TuneError {
  return new TuneError({
    code,
    message: `cannot use ${path}`,
    why,
    next: 'run the stage before again (tune recommend RUN rewrites evidence.json and all that follows)',
    exitCode: exitCodes.usage,
  });
}

function folderTaken(path: string): TuneError {
  return new TuneError({
    code: 'RUN_FOLDER_TAKEN',
    message: `${path} holds a run already`,
    why: 'a second recording in the same folder would be mixed into the first',
    next: 'name another folder with --out, or leave --out away',
    exitCode: exitCodes.usage,
  });
}
