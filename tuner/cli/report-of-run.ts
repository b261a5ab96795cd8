import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { adviceSchema } from '../contracts/advice.ts';
import { evidenceSchema } from '../contracts/evidence.ts';
import { runSchema } from '../contracts/run.ts';
import type { runFiles } from '../contracts/run-folder.ts';
import { validitySchema } from '../contracts/validity.ts';
import { verdictSchema } from '../contracts/verdict.ts';
import { readEvents } from '../pipeline/read-recording.ts';
import { openRunFolder, type RunFolder } from '../pipeline/run-folder.ts';
import { writeReport } from '../pipeline/write-report.ts';

/** Writes the report of each run; all folders are looked at before the first is written. @returns the pages */
export async function reportOfRuns(runs: readonly string[]): Promise<string[]> {
  const folders = runs.map((run) => openRunFolder(run, process.cwd()));
  const pages: string[] = [];
  for (const folder of folders) pages.push(await reportOf(folder));
  return pages;
}

/** Reports on what is there: a run that broke off lacks the files of the stages it did not reach. */
async function reportOf(folder: RunFolder): Promise<string> {
  const reached = <T>(name: keyof typeof runFiles, schema: z.ZodType<T>): T | null =>
    existsSync(folder.file(name)) ? folder.readJson(name, schema) : null;
  return writeReport(folder, {
    run: folder.readJson('run', runSchema),
    validity: reached('validity', validitySchema),
    evidence: reached('evidence', evidenceSchema),
    advice: reached('advice', adviceSchema),
    verdict: reached('verdict', verdictSchema),
    events: await readEvents(folder),
  });
}
