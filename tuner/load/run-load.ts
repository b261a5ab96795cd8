import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { LoadPlan } from '../contracts/load-plan.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { runFiles } from '../contracts/run-folder.ts';
import { type NdjsonWriter, openNdjson } from '../journal/ndjson-writer.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { endWithUs } from './end-with-us.ts';
import { estimateStartDelaySeconds } from './estimate-load-start.ts';
import { explainK6Exit, type K6Exit } from './explain-k6-exit.ts';
import { followLines } from './follow-lines.ts';
import { k6Arguments, k6Environment } from './k6-command.ts';
import { type LiveLoadView, startLiveLoad } from './live-load.ts';
import { plannedMarks, plannedSeconds } from './load-marks.ts';
import type { LoadRunOptions, LoadRunResult } from './load-run.ts';

/** k6 gets this long to end in order after a Ctrl-C; the promise to the user is two seconds. */
const graceSeconds = 1.8;
const followEveryMs = 500;
/** So many seconds of arrivals tell when the plan began; marks wait for them. */
const settledAfterSeconds = 5;

/**
 * Runs the plan with k6 and writes load.ndjson, k6.log, load-plan.json and load marks.
 *
 * @returns also after an abort, once k6 has ended
 * @throws TuneError for every way in which k6 can fail; the files hold what came before
 */
export async function runLoad(options: LoadRunOptions): Promise<LoadRunResult> {
  const { runFolder, plan, signal, clock } = options;
  writeJson(join(runFolder, runFiles.loadPlan), plan);
  const events = openNdjson(join(runFolder, runFiles.events));
  const live = startLiveLoad();
  const following = followRun(options, live, events);
  try {
    const exit = signal.aborted ? null : await runK6(options);
    following.stop();
    const wasAborted = signal.aborted;
    const failure = exit === null || wasAborted ? null : explainK6Exit(exit);
    const loadEndSeconds = clock.nowSeconds();
    events.write(endMark(loadEndSeconds, wasAborted || failure !== null));
    if (failure !== null) throw failure;
    return {
      ended: wasAborted ? 'interrupted' : 'complete',
      loadStartSeconds: following.startSeconds(),
      loadEndSeconds,
    };
  } finally {
    following.stop();
    events.close();
  }
}

async function runK6(options: LoadRunOptions): Promise<K6Exit> {
  const { runFolder, k6Path, keys, signal } = options;
  const logPath = join(runFolder, runFiles.k6Log);
  const log = { file: logPath, append: true };
  const running = execa(k6Path, k6Arguments(runFolder, options.extraOutputs ?? [], options.script), {
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

/** Reads along while k6 writes: marks when their time has come, and something to see. */
function followRun(
  { plan, runFolder, clock, onBucket }: LoadRunOptions,
  live: LiveLoadView,
  events: NdjsonWriter,
) {
  const lines = followLines(join(runFolder, runFiles.load));
  const marks = plannedMarks(plan);
  const endsAfterSeconds = plannedSeconds(plan);
  let shownSeconds = Number.NEGATIVE_INFINITY;

  let known: { starts: string; seconds: number | null } = { starts: 'none', seconds: null };
  const startSeconds = () => {
    // It settles within half a minute; to search for it ever again would cost more than all else here.
    const starts = `${live.startAt()} ${live.firstStarts().join()}`;
    if (known.starts !== starts) known = { starts, seconds: planStartSeconds(plan, live, clock) };
    return known.seconds;
  };
  const writeMarks = (start: number) => {
    while (marks[0] !== undefined && start + marks[0].atSeconds <= clock.nowSeconds()) {
      const mark = marks.shift();
      if (mark !== undefined)
        events.write({ type: 'load', ...mark, atSeconds: round(start + mark.atSeconds) });
    }
  };
  const show = (start: number) => {
    const latest = live.latest();
    if (latest === null || latest.atSeconds === shownSeconds) return;
    shownSeconds = latest.atSeconds;
    const atSeconds = clock.secondsAt(live.startAt() ?? clock.startAt) + latest.atSeconds;
    const remainingSeconds = Math.max(0, start + endsAfterSeconds - atSeconds);
    onBucket?.({ ...latest, atSeconds: round(atSeconds), remainingSeconds });
  };
  const follow = (isLast: boolean) => {
    for (const line of lines.read()) live.see(line);
    const start = startSeconds();
    if (start === null) return;
    if (isLast || live.firstStarts().length >= settledAfterSeconds) writeMarks(start);
    show(start);
  };
  const timer = setInterval(() => follow(false), followEveryMs);
  let isStopped = false;
  return {
    startSeconds,
    stop() {
      if (isStopped) return;
      isStopped = true;
      clearInterval(timer);
      follow(true);
      lines.close();
    },
  };
}

/** The plan's second 0 in seconds since run start; null: k6 has written nothing yet. */
function planStartSeconds(plan: LoadPlan, live: LiveLoadView, clock: RunClock): number | null {
  const startAt = live.startAt();
  if (startAt === null) return null;
  if (plan.startAt !== undefined) return clock.secondsAt(plan.startAt);
  return round(clock.secondsAt(startAt) + (estimateStartDelaySeconds(plan, live.firstStarts()) ?? 0));
}

function endMark(atSeconds: number, isAborted: boolean): RunEvent {
  return { type: 'load', atSeconds, mark: isAborted ? 'aborted' : 'ended', arrivalsPerSecond: null };
}

function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
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
