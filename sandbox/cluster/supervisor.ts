/**
 * The one process that owns a sandbox: starts it, watches it, ends it.
 *
 * Ends when asked (SIGTERM), when any of its processes is gone, and when the process that started it is gone before
 * it said keep-running (or ever, for a sandbox that belongs to its caller).
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { loadWorld } from '../worlds/load-world.ts';
import { alreadyUp } from './already-up.ts';
import { bringUp } from './bring-up.ts';
import { claimFolder } from './claim-folder.ts';
import { componentFailed } from './component-failed.ts';
import { claimPortBlock } from './port-block.ts';
import { prepareFolder, supervisorLog } from './prepare-folder.ts';
import { identify, isAlive } from './process-identity.ts';
import { sandboxPaths } from './sandbox-paths.ts';
import { type SandboxPlan, sandboxPlanSchema } from './sandbox-plan.ts';
import type { SandboxComponent } from './sandbox-record.ts';
import { SandboxRun } from './sandbox-run.ts';
import { spawnComponent } from './spawn-component.ts';
import { keepRunning, type SupervisorReport } from './supervisor-report.ts';
import { tearDown } from './tear-down.ts';

const watchMs = 1000;
const reportDescriptor = 3;

/** Why a sandbox ends; `because` is null when someone asked for it. */
class Ending extends Error {
  readonly because: string | null;

  constructor(because: string | null) {
    super(because ?? 'asked to end');
    this.because = because;
  }
}

const plan = sandboxPlanSchema.parse(JSON.parse(process.argv[2] ?? ''));
const startedAtMs = Date.now();
const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => ending.abort(new Ending(null)));
}
endWithStarter();
process.exit(await supervise());

async function supervise(): Promise<number> {
  if (!(await claimFolder(plan.folder))) {
    report(failure(alreadyUp(plan.name, plan.folder)));
    return exitCodes.usage;
  }
  let because: string | null = null;
  try {
    const world = loadWorld(plan.worldFile);
    const run = await start();
    const gone = untilOneIsGone(run);
    await Promise.race([
      bringUp({ plan, world, run, signal: ending.signal, onStep }),
      gone.then(({ name, log }) => {
        throw componentFailed(name, 'ended', log);
      }),
    ]);
    run.update({ state: 'up', upSeconds: (Date.now() - startedAtMs) / 1000 });
    report({ kind: 'up' });
    const { name, pid, log } = await gone;
    throw new Ending(`${name} (pid ${pid}) ended${log === null ? '' : `, see ${log}`}`);
  } catch (error) {
    // A request that the signal cut off throws an error of its own; the signal knows the reason.
    const reason: unknown = ending.signal.aborted ? ending.signal.reason : error;
    because = reason instanceof Ending ? reason.because : String(reason);
    if (!(reason instanceof Ending)) report(failure(reason));
  }
  ending.abort(new Ending(because));
  await tearDown(plan.folder, because);
  return exitCodes.done;
}

/** For the one who waits, and for whoever reads the log to see what took long. */
function onStep(step: string): void {
  process.stderr.write(`${((Date.now() - startedAtMs) / 1000).toFixed(1)} s ${step}\n`);
  report({ kind: 'step', step });
}

async function start(): Promise<SandboxRun> {
  await prepareFolder(plan.folder);
  const { ports } = await claimPortBlock(plan.firstPort ?? undefined);
  const supervisor = identify(process.pid);
  if (supervisor === null) throw new Error('cannot read my own start time');
  const log = join(sandboxPaths(plan.folder).logs, supervisorLog);
  const run = new SandboxRun(plan.folder, {
    schemaVersion: 1,
    name: plan.name,
    world: plan.worldFile,
    state: 'starting',
    endedBecause: null,
    startedAt: new Date(startedAtMs).toISOString(),
    upSeconds: null,
    owner: plan.owner,
    ports,
    url: null,
    supervisor: { ...supervisor, name: 'supervisor', port: ports.claim, log },
    components: [],
  });
  await startWatchdog(plan, run);
  return run;
}

async function startWatchdog({ folder }: SandboxPlan, run: SandboxRun): Promise<void> {
  const { pid, log } = await spawnComponent(folder, {
    name: 'watchdog',
    program: process.execPath,
    args: [join(import.meta.dirname, 'watchdog.ts'), folder],
    stdin: 'pipe',
  });
  if (run.note({ name: 'watchdog', pid, port: null, log }) === null) {
    throw componentFailed('the watchdog', 'ended', log);
  }
}

/** @throws Ending when the sandbox is to end before that */
async function untilOneIsGone(run: SandboxRun): Promise<SandboxComponent> {
  for (;;) {
    ending.signal.throwIfAborted();
    const gone = run.record.components.find((component) => !isAlive(component));
    if (gone) return gone;
    await sleep(watchMs, undefined, { signal: ending.signal }).catch(() => {});
  }
}

function endWithStarter(): void {
  let isKept = false;
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    isKept ||= plan.owner === 'itself' && text === keepRunning;
  });
  process.stdin.once('end', () => {
    if (!isKept) ending.abort(new Ending('the process that started it is gone'));
  });
}

function failure(error: unknown): SupervisorReport {
  if (!(error instanceof TuneError)) {
    return {
      kind: 'crashed',
      stack: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
  const { code, message, why, next, exitCode } = error;
  return { kind: 'failed', code, message, why, next, exitCode };
}

/** Synchronous, so that the last word is out before the process is. */
function report(what: SupervisorReport): void {
  try {
    writeSync(reportDescriptor, `${JSON.stringify(what)}\n`);
  } catch {
    // The starter is gone; the record tells the same.
  }
}
