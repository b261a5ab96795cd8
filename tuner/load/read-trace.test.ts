import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TuneError } from '../errors.ts';
import { readTrace } from './read-trace.ts';

const root = join(import.meta.dirname, '..', '..');
const header = 'TIMESTAMP,ContextTokens,GeneratedTokens';

function traceOf(...lines: string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'trace-')), 'trace.csv');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function errorOf(file: string): TuneError {
  try {
    readTrace(file);
  } catch (error) {
    return error as TuneError;
  }
  throw new Error('nothing was thrown');
}

describe('readTrace', () => {
  it('reads moments to a microsecond, as seconds since the first', () => {
    const rows = readTrace(
      traceOf(header, '2023-11-16 18:15:46.6805900,374,44', '2023-11-16 18:15:50.9951690,396,109'),
    );
    expect(rows).toMatchObject([
      { atSeconds: 0, promptTokens: 374, answerTokens: 44 },
      { promptTokens: 396, answerTokens: 109 },
    ]);
    // By hand: 50.9951690 − 46.6805900.
    expect(rows[1]?.atSeconds).toBeCloseTo(4.314579, 6);
  });

  it('takes plain seconds, zones, other orders of columns and of rows', () => {
    const rows = readTrace(traceOf('id,GeneratedTokens,contexttokens,timestamp', 'a,2,1,12.5', 'b,4,3,10'));
    expect(rows).toEqual([
      { atSeconds: 0, promptTokens: 3, answerTokens: 4 },
      { atSeconds: 2.5, promptTokens: 1, answerTokens: 2 },
    ]);
    const zoned = readTrace(traceOf(header, '2026-01-05T09:00:00Z,1,1', '2026-01-05T11:00:01+02:00,1,1'));
    expect(zoned[1]?.atSeconds).toBe(1);
  });

  it('reads the trace that comes along', () => {
    const rows = readTrace(join(root, 'scenarios', 'traces', 'office-ten-minutes.csv'));
    expect(rows.length).toBeGreaterThan(500);
    expect(rows.at(-1)?.atSeconds).toBeLessThan(600);
  });

  const publicTrace = join(root, '..', 'shared', 'traces', 'azure-llm-2023-conv.csv');
  it.skipIf(!existsSync(publicTrace))('reads the public trace of an hour whole', () => {
    const rows = readTrace(publicTrace);
    // 19,366 requests, and the last line of the file: 2023-11-16 19:14:…
    expect(rows).toHaveLength(19_366);
    expect(rows.at(-1)?.atSeconds).toBeGreaterThan(3400);
    expect(rows.at(-1)?.atSeconds).toBeLessThan(3600);
    expect(rows.every(({ atSeconds }, index) => atSeconds >= (rows[index - 1]?.atSeconds ?? 0))).toBe(true);
  });

  it('says every line that cannot be read, up to five, and what is wrong with it', () => {
    const bad = Array.from({ length: 4 }, () => 'yesterday,1,1');
    const file = traceOf(header, '1,1,1', '2,one,1', '3,1,-1', ...bad);
    const error = errorOf(file);
    expect(error).toMatchObject({ code: 'BAD_TRACE', exitCode: 2 });
    expect(error.message).toContain(`${file}:3: ContextTokens "one" is no whole number`);
    expect(error.message).toContain(`${file}:4: GeneratedTokens "-1" is no whole number`);
    expect(error.message).toContain(
      `${file}:5: TIMESTAMP "yesterday" is neither a date with a time nor seconds`,
    );
    expect(error.message).toContain('and 1 more lines');
  });

  it.each([
    {
      name: 'names what it lacks',
      lines: ['time,ContextTokens', '1,2'],
      says: 'no column is named TIMESTAMP or GeneratedTokens; there are: time, ContextTokens',
    },
    { name: 'holds no request', lines: [header], says: 'it holds no request' },
    { name: 'is no CSV', lines: [header, '"1,2,3'], says: 'line 2: a quoted cell is not closed' },
  ])('refuses a file that $name', ({ lines, says }) => {
    expect(errorOf(traceOf(...lines)).message).toContain(says);
  });

  it('says which key of the profile names a file that is not there', () => {
    expect(errorOf('/nowhere/trace.csv')).toMatchObject({
      code: 'NO_SUCH_FILE',
      why: expect.stringContaining('shape.replay.traceFile'),
    });
  });
});
