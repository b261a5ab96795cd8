import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profileSchema } from '../contracts/profile.ts';
import { readTrafficFiles } from './traffic-files.ts';

function fileWith(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'files-')), name);
  writeFileSync(file, text);
  return file;
}
const profile = (options: object) =>
  profileSchema.parse({
    mix: { chat: 1 },
    shape: { constant: { arrivalsPerSecond: 1, duration: '1m' } },
    ...options,
  });

describe('readTrafficFiles', () => {
  it('knows the columns of each class', () => {
    const dataFile = fileWith('rows.csv', 'city,question\nBonn,how far\n');
    const jsonl = fileWith('rows.jsonl', '{"topic": "x", "n": 3}\n{"n": 4, "topic": "y", "more": 1}\n');
    const found = readTrafficFiles(profile({ workflow: { dataFile }, chat: { dataFile: jsonl } }));
    expect(found).toEqual({ trace: null, columns: { workflow: ['city', 'question'], chat: ['topic', 'n'] } });
  });

  it.each([
    { name: 'a row without a value', file: ['r.jsonl', '{"a": 1}\n{"b": 2}\n'], says: 'row 2 has no a' },
    { name: 'no row', file: ['r.csv', 'a,b\n'], says: 'it holds no row' },
    { name: 'a broken row', file: ['r.csv', 'a,b\n1\n'], says: 'line 2: 1 cells' },
  ] as const)('refuses a data file with $name', ({ file, says }) => {
    const [fileName, text] = file;
    const dataFile = fileWith(fileName, text);
    expect(() => readTrafficFiles(profile({ workflow: { dataFile } }))).toThrow(
      expect.objectContaining({ code: 'BAD_DATA_FILE', message: expect.stringContaining(says) }),
    );
  });

  it('refuses a prompt file without a prompt, and names the key of one that is not there', () => {
    const promptFile = fileWith('p.txt', '\n  \n');
    expect(() => readTrafficFiles(profile({ chat: { promptFile } }))).toThrow(
      expect.objectContaining({ code: 'NO_PROMPTS' }),
    );
    expect(() => readTrafficFiles(profile({ indexing: { promptFile: '/nowhere' } }))).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_FILE', why: expect.stringContaining('indexing.promptFile') }),
    );
  });
});
