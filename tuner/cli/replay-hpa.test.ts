import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { registerReplayHpa } from './replay-hpa.ts';

// A recording of the real controller; scripts read the lines, so their form is fixed.
const recorded = join(import.meta.dirname, '../hpa/fixtures/traces/case-11-029.json.gz');
const text = gunzipSync(readFileSync(recorded)).toString('utf8');

function fileOf(content: string | Buffer, name = 'trace.json'): string {
  const file = join(mkdtempSync(join(tmpdir(), 'tune-replay-')), name);
  writeFileSync(file, content);
  return file;
}

/** What the command writes to stdout. */
async function replay(...args: string[]): Promise<string> {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(((chunk: string, done?: () => void) => {
    written.push(chunk);
    done?.();
    return true;
  }) as typeof process.stdout.write);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const program = new Command();
  registerReplayHpa(program);
  try {
    await program.parseAsync(['node', 'tune', 'replay-hpa', ...args]);
  } finally {
    write.mockRestore();
    vi.restoreAllMocks();
  }
  return written.join('');
}

describe('tune replay-hpa', () => {
  it('prints one line a sync, of .json and .json.gz alike, with the file as it was given', async () => {
    const plain = fileOf(text);
    const lines = (await replay(recorded, plain)).trimEnd().split('\n');
    const syncs = (JSON.parse(text) as { syncs: { atMs: number; scaledTo: number | null }[] }).syncs;
    expect(lines).toHaveLength(2 * syncs.length);
    const [first, again] = [lines[0], lines[syncs.length]].map((line) => JSON.parse(line ?? '') as object);
    expect(Object.keys(first ?? {})).toEqual(['file', 'atMs', 'scaledTo', 'desiredReplicas', 'conditions']);
    expect(first).toMatchObject({ file: recorded, atMs: syncs[0]?.atMs, scaledTo: syncs[0]?.scaledTo });
    expect(again).toEqual({ ...first, file: plain });
  });

  it('with --check prints nothing when every sync is decided as recorded', async () => {
    expect(await replay('--check', recorded)).toBe('');
  });

  it('with --check prints each difference and exits 5', async () => {
    const altered = fileOf(text.replace('"desiredReplicas":6', '"desiredReplicas":7'));
    const printed = replay('--check', altered);
    await expect(printed).rejects.toMatchObject({ code: 'HPA_REPLAY_DIFFERS', exitCode: 5 });
  });

  it('replays by another version’s rules when told to', async () => {
    // minReplicas is 0 in this trace, which 1.36 refuses.
    await expect(replay('--kubernetes-version', '1.36.0', recorded)).rejects.toMatchObject({
      code: 'BAD_HPA_SPEC',
    });
  });

  it.each([
    [
      'a file that is not there',
      '/nowhere/trace.json',
      'FILE_UNREADABLE',
      /^\/nowhere\/trace\.json cannot be read/,
    ],
    ['a truncated file', fileOf(text.slice(0, 5000)), 'BAD_HPA_TRACE', /is no whole JSON document/],
    [
      'a truncated gzip file',
      fileOf(readFileSync(recorded).subarray(0, 900)),
      'BAD_HPA_TRACE',
      /truncated gzip file/,
    ],
    ['an empty file', fileOf(''), 'BAD_HPA_TRACE', /is no whole JSON document/],
    [
      'a NaN, by its path',
      fileOf(text.replace('"specReplicas":6', '"specReplicas":NaN')),
      'BAD_HPA_TRACE',
      /trace\.json: syncs\[0\]\.specReplicas: .*NaN/,
    ],
    [
      'a metric nobody recorded, by its path',
      fileOf(text.replace('{"values":[340,680]}', '')),
      'BAD_HPA_INPUT',
      /trace\.json: syncs\[0\]\.metrics\[0\]: nothing was recorded/,
    ],
  ])('refuses %s', async (_, file, code, message) => {
    await expect(replay(file)).rejects.toMatchObject({
      code,
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });
});
