import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeRun } from '../../reports/fixtures/make-run.ts';
import { brokenOffRun, insufficientRun } from '../../reports/fixtures/make-variants.ts';
import type { ReportInput } from '../../reports/report-input.ts';
import { checkReport } from '../../reports/testing/check-report.ts';
import { registerOverlay } from './overlay.ts';
import { registerReport } from './report.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tune-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run folder as the stages leave it. */
function runFolder(name: string, { run, evidence, advice, verdict, validity, events }: ReportInput): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [file, value] of Object.entries({ run, evidence, advice, verdict, validity })) {
    if (value !== null) writeFileSync(join(path, `${file}.json`), JSON.stringify(value));
  }
  writeFileSync(join(path, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return path;
}

/** What the command prints; `tune` itself has flags of the same names, as in main.ts. */
async function tune(...args: string[]): Promise<string> {
  const program = new Command('tune').option('--chart <path>').option('--json').exitOverride();
  registerOverlay(program);
  registerReport(program);
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    spy.mockRestore();
  }
  return printed.join('');
}

describe('tune overlay', () => {
  it('writes the overlay of a run into its folder and prints the files', async () => {
    const run = runFolder('overlay-plain', makeRun());
    const printed = await tune('overlay', run);
    expect(printed.split('\n')[0]).toBe(join(run, 'overlay', 'APPLY.md'));
    expect(readFileSync(join(run, 'overlay', 'values-overlay.yaml'), 'utf8')).toContain('minReplicas: 2');
  });

  it('takes --json and --chart where they stand behind the command', async () => {
    const run = runFolder('overlay-json', makeRun());
    expect(JSON.parse(await tune('overlay', run, '--json'))).toMatchObject({
      isProved: false,
      release: 'my-dify',
    });
    await expect(tune('overlay', run, '--chart', join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'NO_FILE',
      exitCode: 2,
    });
  });

  it('answers with exit 4 where the run supports no recommendation', async () => {
    await expect(tune('overlay', runFolder('overlay-none', insufficientRun()))).rejects.toMatchObject({
      code: 'INSUFFICIENT_EVIDENCE',
      exitCode: 4,
    });
  });

  it('says what is wrong with a file of values', async () => {
    const run = runFolder('overlay-values', makeRun());
    const values = join(folder, 'values.yaml');
    writeFileSync(values, '- a list\n');
    await expect(tune('overlay', run, '--values', values)).rejects.toMatchObject({ code: 'BAD_VALUES' });
    // What `helm get values` prints for a release without values of its own.
    writeFileSync(values, 'null\n');
    expect(await tune('overlay', run, '--values', values)).toContain('APPLY.md');
  });
});

describe('tune report', () => {
  it('writes page and junit.xml of each run, and every number of the page is in the files', async () => {
    const runs = [runFolder('report-1', makeRun()), runFolder('report-2', insufficientRun())];
    await tune('overlay', runs[0] ?? '');
    const printed = await tune('report', ...runs);
    expect(printed.trim().split('\n')).toEqual(runs.map((run) => join(run, 'report.html')));
    expect(runs.flatMap(checkReport)).toEqual([]);
    expect(readFileSync(join(runs[0] ?? '', 'report.html'), 'utf8')).toContain('overlay/values-overlay.yaml');
    expect(runs.every((run) => existsSync(join(run, 'junit.xml')))).toBe(true);
  });

  it('reports on what a run that broke off has left', async () => {
    const run = runFolder('report-broken', brokenOffRun());
    await tune('report', run);
    expect(readFileSync(join(run, 'report.html'), 'utf8')).toContain('TARGET_UNREACHABLE');
  });

  it('names the folder that is no run, before anything is written', async () => {
    const run = runFolder('report-first', makeRun());
    await expect(tune('report', run, join(folder, 'none'))).rejects.toMatchObject({ code: 'NO_RUN' });
    expect(existsSync(join(run, 'report.html'))).toBe(false);
  });
});
