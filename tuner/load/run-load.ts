import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { LoadPlan } from '../contracts/load-plan.ts';
import { runFiles } from '../contracts/run-folder.ts';
import { bundleScript, mixedProgram, unneededParts } from './bundle-script.ts';
import { endWithUs } from './end-with-us.ts';
import { explainK6Exit, type K6Exit } from './explain-k6-exit.ts';
import { followRun } from './follow-run.ts';
import { k6Arguments, k6Environment } from './k6-command.ts';
import type { LoadRunOptions, LoadRunResult } from './load-run.ts';

/** k6 gets this long to end in order after a Ctrl-C; the promise to the user is two seconds. */
const graceSeconds = 1.8;

/**
 * Runs the plan with k6 and writes load.ndjson, k6.log, load-plan.json, k6-script.js and load marks.
 *
 * @returns also after an abort, once k6 has ended
 * @throws TuneError for every way in which k6 can fail; the files hold what came before
 */
export async function runLoad(given: LoadRunOptions): Promise<LoadRunResult> {
  const stopping = new AbortController();
  const options = { ...given, signal: AbortSignal.any([given.signal, stopping.signal]) };
  const { runFolder, plan, signal, clock } = options;
  writeJson(join(runFolder, runFiles.loadPlan), plan);
  let writeFailure: unknown = null;
  const following = followRun({
    ...options,
    onFailure(thrown) {
      writeFailure = thrown;
      // A full disk: load that nobody records is not made.
      stopping.abort();
    },
  });
  try {
    const exit = signal.aborted ? null : await runK6(options);
    const k6Failure = exit === null || signal.aborted ? null : explainK6Exit(exit);
    const isAborted = signal.aborted || k6Failure !== null;
    const loadEndSeconds = clock.nowSeconds();
    following.end({
      type: 'load',
      atSeconds: loadEndSeconds,
      mark: isAborted ? 'aborted' : 'ended',
      arrivalsPerSecond: null,
    });
    if (writeFailure !== null) throw writeFailure;
    if (k6Failure !== null) throw k6Failure;
    return {
      ended: isAborted ? 'interrupted' : 'complete',
      loadStartSeconds: following.startSeconds(),
      loadEndSeconds,
    };
  } finally {
    following.close();
  }
}

async function runK6(options: LoadRunOptions): Promise<K6Exit> {
  const { runFolder, k6Path, keys, plan, signal } = options;
  const logPath = join(runFolder, runFiles.k6Log);
  const log = { file: logPath, append: true };
  const program = options.script ?? (await writeScript(runFolder, plan));
  const running = execa(k6Path, k6Arguments(runFolder, options.extraOutputs ?? [], program), {
    env: k6Environment(runFolder, keys),
    extendEnv: false,
    stdin: 'ignore',
    stdout: log,
    stderr: log,
    buffer: false,
    // A group of its own: a Ctrl-C in the terminal reaches us alone, and k6 hears of it once, from us.
    detached: true,
    cancelSignal: signal,
    killSignal: 'SIGINT',
    forceKillAfterDelay: graceSeconds * 1_000,
    reject: false,
  });
  const release = running.pid === undefined ? () => {} : endWithUs(running.pid, graceSeconds);
  if (running.pid !== undefined) options.onProcess?.(running.pid);
  try {
    const result = await running;
    return {
      exitCode: result.exitCode ?? null,
      signal: result.signal ?? null,
      startError:
        result.exitCode === undefined && result.signal === undefined ? (result.code ?? 'unknown') : null,
      k6Path,
      lastLines: lastLines(logPath, Object.values(keys)),
      logPath,
    };
  } finally {
    options.onProcess?.(null);
    release();
  }
}

async function writeScript(runFolder: string, plan: LoadPlan): Promise<string> {
  const path = join(runFolder, runFiles.k6Script);
  writeFileSync(path, await bundleScript(mixedProgram, unneededParts(plan.scenarios)));
  return path;
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

/** The end of k6's log, with whatever keys it might quote taken out. */
function lastLines(path: string, secrets: readonly (string | undefined)[]): string[] {
  const text = secrets
    .filter((secret) => secret !== undefined && secret !== '')
    .reduce<string>(
      (log, secret) => log.replaceAll(secret ?? '', '***'),
      existsSync(path) ? readFileSync(path, 'utf8') : '',
    );
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .slice(-3)
    .map((line) => line.slice(0, 400));
}
