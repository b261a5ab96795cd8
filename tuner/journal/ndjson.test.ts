import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openNdjson } from './ndjson-writer.ts';
import { readNdjson } from './read-ndjson.ts';

const schema = z.strictObject({ n: z.int(), text: z.string().optional() });
let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'ndjson-')), 'lines.ndjson');
});

afterEach(() => rmSync(dirname(path), { recursive: true, force: true }));

async function numbers(): Promise<number[]> {
  const found: number[] = [];
  for await (const { n } of readNdjson(path, schema)) found.push(n);
  return found;
}

describe('NDJSON files', () => {
  it('are readable after a kill at any byte: whole lines count, a cut one does not', async () => {
    const writer = openNdjson(path);
    for (const n of [1, 2, 3]) writer.write({ n, text: 'Größe 😀' });
    writer.close();
    const whole = readFileSync(path);
    for (let bytes = whole.length; bytes >= 0; bytes--) {
      truncateSync(path, bytes);
      const lines = whole.subarray(0, bytes).filter((byte) => byte === 0x0a).length;
      expect(await numbers()).toEqual([1, 2, 3].slice(0, lines));
    }
  });

  it('go on behind the last whole line of a writer that was killed', async () => {
    writeFileSync(path, `{"n":1}\n{"n":2,"text":"${'x'.repeat(200_000)}`);
    const writer = openNdjson(path);
    writer.write({ n: 3 });
    writer.close();
    expect(await numbers()).toEqual([1, 3]);
  });

  it('take lines of two writers without mixing them', async () => {
    const writers = [openNdjson(path), openNdjson(path)];
    for (let n = 0; n < 100; n++) writers[n % 2]?.write({ n });
    expect(await numbers()).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  it.each([
    { line: '{"n":', reason: 'JSON' },
    { line: '{"n":"two"}', reason: 'n: Invalid input' },
    { line: '{"n":2,"extra":1}', reason: 'extra' },
  ])('name file, line and field of $line', async ({ line, reason }) => {
    writeFileSync(path, '{"n":1}\n');
    appendFileSync(path, `${line}\n{"n":3}\n`);
    await expect(numbers()).rejects.toMatchObject({
      code: 'BAD_LINE',
      message: `${path}:2 is not a line this version wrote`,
      why: expect.stringContaining(reason),
    });
  });

  it('say so when they are not there, or cannot be', async () => {
    await expect(numbers()).rejects.toMatchObject({ code: 'NO_FILE', exitCode: 2 });
    expect(() => openNdjson('/nowhere/x.ndjson')).toThrow('cannot write /nowhere/x.ndjson');
  });

  it('drop what comes after the end', async () => {
    const writer = openNdjson(path);
    writer.write({ n: 1 });
    writer.close();
    writer.write({ n: 2 });
    expect(await numbers()).toEqual([1]);
  });
});
