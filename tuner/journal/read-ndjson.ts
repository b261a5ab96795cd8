import { createReadStream } from 'node:fs';
import { exitCodes, TuneError } from '../errors.ts';

/** What a line is checked with; a zod schema is one. */
export interface LineSchema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
}
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * The records of an NDJSON file, one after another. A last line without its newline is what a killed writer
 * leaves behind and is passed over.
 *
 * @throws TuneError NO_FILE, BAD_LINE with `file:line` and the field
 */
export async function* readNdjson<T>(path: string, schema: LineSchema<T>): AsyncGenerator<T> {
  let line = 0;
  for await (const text of readLines(path)) {
    line += 1;
    if (text !== '') yield parseLine(text, schema, `${path}:${line}`);
  }
}

/** Whole lines; what stands behind the last newline is what a killed writer left, and is passed over. */
export async function* readLines(path: string): AsyncGenerator<string> {
  let rest = '';
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 262_144 });
  try {
    for await (const chunk of stream) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw new TuneError({
      code: 'NO_FILE',
      message: `cannot read ${path}`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'name the folder of a run, such as runs/<time>-<target>',
      exitCode: exitCodes.usage,
      cause,
    });
  }
}

/** @param where `file:line`, for the error */
export function parseLine<T>(text: string, schema: LineSchema<T>, where: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw badLine(where, cause instanceof Error ? cause.message : String(cause));
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw badLine(where, describeIssues(result.error.issues));
}

function describeIssues(issues: readonly Issue[]): string {
  return issues.map(({ path, message }) => `${path.map(String).join('.') || 'line'}: ${message}`).join('; ');
}

function badLine(where: string, reason: string): TuneError {
  return new TuneError({
    code: 'BAD_LINE',
    message: `${where} is not a line this version wrote`,
    why: reason,
    next: 'restore the file, or delete that line and accept the gap it leaves',
    exitCode: exitCodes.usage,
  });
}
