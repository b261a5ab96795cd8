import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
// Before any test puts another working folder in its place: esbuild keeps the one in which it was loaded.
import '../pipeline/run-pipeline.ts';
import { givenFlags } from './given-flags.ts';
import { runCommandLine } from './run-command-line.ts';

let empty: string;
let printed: { stdout: string; stderr: string };
const signals = ['SIGINT', 'SIGTERM'] as const;
const listeners = signals.map((signal) => process.listeners(signal));

beforeEach(() => {
  empty = mkdtempSync(join(tmpdir(), 'tune-command-line-'));
  vi.spyOn(process, 'cwd').mockReturnValue(empty);
  printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(empty, { recursive: true });
  // A command listens for Ctrl-C; the process of the tests must stay one that a signal ends.
  for (const [index, signal] of signals.entries()) {
    for (const added of process.listeners(signal)) {
      if (listeners[index]?.includes(added) === false) process.off(signal, added);
    }
  }
});

describe('a flag behind a command that the program knows as well', () => {
  /** A name no sandbox has. */
  const name = `none-${process.pid}`;

  it.each([
    { words: ['sandbox', 'up', '--name', name, '--world', 'comfy'] },
    { words: ['--world', 'comfy', 'sandbox', 'up', '--name', name] },
  ])('is that of the command: tune $words', async ({ words }) => {
    expect(await runCommandLine(words)).toBe(2);
    expect(printed.stderr).toContain('error UNKNOWN_WORLD');
  });

  it('is heard by each command of the sandbox', async () => {
    expect(await runCommandLine(['sandbox', 'status', '--name', name, '--json'])).toBe(3);
    expect(JSON.parse(printed.stdout)).toMatchObject({ name, state: 'absent' });
  });
});

describe('givenFlags', () => {
  const flagsOf = async (...words: string[]) => {
    const seen: object[] = [];
    const program = new Command('tune').option('--world <name>', '', 'of tune').option('--verbose');
    program
      .command('up')
      .option('--world <name>', '', 'of up')
      .action((_own: object, command: Command) => void seen.push(givenFlags(command)));
    await program.parseAsync(words, { from: 'user' });
    return seen[0];
  };

  it.each([
    { words: ['up'], world: 'of up' },
    { words: ['up', '--world', 'mine'], world: 'mine' },
    { words: ['--world', 'mine', 'up'], world: 'mine' },
  ])('takes what was written, else the default of the command: $words', async ({ words, world }) => {
    expect(await flagsOf(...words)).toEqual({ world });
    expect(await flagsOf(...words, '--verbose')).toEqual({ world, verbose: true });
  });
});

describe('a wrong command line', () => {
  const cases = [
    { words: [], exitCode: 2, code: 'NO_TARGET' },
    { words: ['--traget', 'x'], exitCode: 2, code: 'USAGE', says: 'Did you mean --target?' },
    { words: ['lod'], exitCode: 2, code: 'USAGE', says: 'did you mean "load"?' },
    { words: ['--target', 'sandbx'], exitCode: 2, code: 'UNKNOWN_TARGET', says: 'did you mean "sandbox"?' },
    {
      words: ['--target', 'sandbox', '--profile', 'quik'],
      exitCode: 2,
      code: 'UNKNOWN_PROFILE',
      says: '"quick"',
    },
    { words: ['recommend', 'nowhere'], exitCode: 2, code: 'NO_RUN' },
    { words: ['--target', 'x', '--config', 'none.yaml'], exitCode: 2, code: 'NO_SUCH_FILE' },
  ];
  it.each(cases)('tune $words is answered with $exitCode, $code', async ({ words, exitCode, code, says }) => {
    expect(await runCommandLine(words)).toBe(exitCode);
    expect(printed.stdout).toBe('');
    expect(printed.stderr).toMatch(new RegExp(`^error ${code}: .+\n {2}why: {2}.+\n {2}next: .+`, 's'));
    expect(printed.stderr).toContain(says ?? '');
    expect(printed.stderr).not.toContain('    at ');
  });

  it('shows where an error came from under --verbose', async () => {
    expect(await runCommandLine(['--verbose', 'recommend', 'nowhere'])).toBe(2);
    expect(printed.stderr).toContain('    at ');
  });

  it.each([{ words: ['--help'] }, { words: ['simulate', '--help'] }])(
    'is no obstacle to help: tune $words',
    async ({ words }) => {
      expect(await runCommandLine(words)).toBe(0);
      expect(printed.stdout).toContain('Examples:');
      expect(printed.stderr).toBe('');
    },
  );
});
