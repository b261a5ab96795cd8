/** Starts a sandbox and hands over once it answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, statfsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Target, targetSchema } from '../../tuner/contracts/config.ts';
import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { loadWorld } from '../worlds/load-world.ts';
import { alreadyUp } from './already-up.ts';
import { lastLines } from './component-failed.ts';
import { downSandbox, isBare } from './down-sandbox.ts';
import { endProcesses } from './end-processes.ts';
import { supervisorLog } from './prepare-folder.ts';
import { sandboxMarker } from './process-identity.ts';
import { reasonOfEnd } from './sandbox-ended.ts';
import { sandboxPaths } from './sandbox-paths.ts';
import type { SandboxPlan, SandboxTools } from './sandbox-plan.ts';
import { isSupervised, readRecord, recordedProcesses, type SandboxRecord } from './sandbox-record.ts';
import { findSandboxTools } from './sandbox-tools.ts';
import { keepRunning, type SupervisorReport, supervisorReportSchema } from './supervisor-report.ts';
import { resolveWorldFile } from './world-file.ts';

const neededDiskBytes = 500_000_000;
const patienceMs = 30_000;

export interface UpOptions {
  /** `comfortable`, another name from sandbox/worlds, or the path of a world file. */
  readonly world: string;
  /** Where everything goes; made when absent. One folder holds one sandbox. */
  readonly folder: string;
  /** For messages and the kubeconfig's context; the folder's last part when absent. */
  readonly name?: string;
  /** `caller` (default): the sandbox ends with this process, however it ends. `itself`: it lives until `down`. */
  readonly owner?: 'caller' | 'itself';
  /** First of ten neighbouring ports; a free block is chosen when absent. */
  readonly firstPort?: number;
  /** Programs in the place of those that set-up provides. */
  readonly tools?: Partial<SandboxTools>;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: string) => void;
}

export interface SandboxHandle {
  readonly folder: string;
  readonly target: Target;
  readonly targetFile: string;
  readonly record: SandboxRecord;
  /** Resolves when it has ended on its own, with the reason; null when someone asked for it. */
  readonly ended: Promise<string | null>;
  /** Ends it and removes its folder. */
  down(): Promise<void>;
}

/**
 * Up means: the API server answers, all nodes are Ready, the release's objects exist, the stand-in serves /health.
 *
 * @throws TuneError UNKNOWN_WORLD, BAD_WORLD, SANDBOX_ALREADY_UP, FOLDER_IN_USE, PORT_IN_USE, DISK_FULL (exit 2),
 *   SANDBOX_NOT_STARTED (exit 3), INTERRUPTED (exit 130) when the signal came; nothing is left running then
 */
export async function upSandbox(options: UpOptions): Promise<SandboxHandle> {
  const folder = resolve(options.folder);
  const plan = await makePlan({ ...options, folder });
  refuseFolder(plan);
  const supervisor = startSupervisor(plan);
  const exited = new Promise<void>((done) => supervisor.once('exit', () => done()));
  try {
    await untilUp(supervisor, options);
  } catch (error) {
    await endAttempt(folder, supervisor, exited);
    throw error;
  }
  if (plan.owner === 'itself') await new Promise<void>((done) => supervisor.stdin?.end(keepRunning, done));
  release(supervisor);
  return handle(folder, exited);
}

async function makePlan(options: UpOptions): Promise<SandboxPlan> {
  const worldFile = resolveWorldFile(options.world);
  loadWorld(worldFile);
  const { tools, kubeVersion } = await findSandboxTools();
  return {
    name: options.name ?? options.folder.split('/').at(-1) ?? 'sandbox',
    folder: options.folder,
    worldFile,
    owner: options.owner ?? 'caller',
    firstPort: options.firstPort ?? null,
    kubeVersion,
    tools: { ...tools, ...options.tools },
  };
}

function refuseFolder({ name, folder }: SandboxPlan): void {
  const record = readRecord(folder);
  if (record !== null && isSupervised(record)) throw alreadyUp(name, folder);
  const { logs, record: recordFile } = sandboxPaths(folder);
  if (existsSync(folder) && !existsSync(recordFile) && !isBare(folder)) {
    throw new TuneError({
      code: 'FOLDER_IN_USE',
      message: `${folder} holds files that are no sandbox`,
      why: 'a sandbox empties its folder when it comes up and removes it when it goes down',
      next: 'name a folder that is empty or does not exist yet',
      exitCode: exitCodes.usage,
    });
  }
  mkdirSync(logs, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < neededDiskBytes) {
    throw new TuneError({
      code: 'DISK_FULL',
      message: `${Math.round((bavail * bsize) / 1e6)} MB are free where ${folder} lies`,
      why: `etcd and the logs of a sandbox need about ${neededDiskBytes / 1e6} MB`,
      next: 'free some space, or put the checkout on a larger disk',
      exitCode: exitCodes.usage,
    });
  }
}

function startSupervisor(plan: SandboxPlan): ChildProcess {
  const log = openSync(join(sandboxPaths(plan.folder).logs, supervisorLog), 'w');
  return spawn(process.execPath, [join(import.meta.dirname, 'supervisor.ts'), JSON.stringify(plan)], {
    detached: true,
    stdio: ['pipe', log, log, 'pipe'],
    // Not marked as its children are: who sweeps a folder must not hit a supervisor that waits for its turn there.
    env: { ...process.env, [sandboxMarker]: undefined },
  });
}

/** @throws the supervisor's error, or INTERRUPTED */
async function untilUp(supervisor: ChildProcess, { signal, onStep, folder }: UpOptions): Promise<void> {
  const lines = createInterface({ input: supervisor.stdio[3] as Readable });
  const stop = () => lines.close();
  signal?.addEventListener('abort', stop);
  try {
    for await (const line of lines) {
      if (signal?.aborted) break;
      const report = supervisorReportSchema.parse(JSON.parse(line));
      if (report.kind === 'up') return;
      if (report.kind === 'step') onStep?.(report.step);
      else throw reportedError(report);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  throw signal?.aborted ? interrupted() : supervisorDied(resolve(folder));
}

function reportedError(report: Extract<SupervisorReport, { kind: 'failed' | 'crashed' }>): Error {
  if (report.kind === 'failed') return new TuneError(report);
  const error = new Error('the supervisor of the sandbox crashed');
  error.stack = report.stack;
  return error;
}

/** Closing its stdin tells the supervisor to end everything; what it could not, being killed, is ended here. */
async function endAttempt(folder: string, supervisor: ChildProcess, exited: Promise<void>): Promise<void> {
  supervisor.stdin?.destroy();
  await Promise.race([exited, sleep(patienceMs, undefined, { ref: false })]);
  const record = readRecord(folder);
  // The folder may be another's by now, or may have been all along.
  if (record !== null && record.supervisor.pid === supervisor.pid)
    await endProcesses(folder, recordedProcesses(record));
}

function interrupted(): TuneError {
  return new TuneError({
    code: 'INTERRUPTED',
    message: 'interrupted while the sandbox came up',
    why: 'everything it had started was ended again',
    next: 'run `tune sandbox up` again',
    exitCode: exitCodes.interrupted,
  });
}

function supervisorDied(folder: string): TuneError {
  const log = join(sandboxPaths(folder).logs, supervisorLog);
  return new TuneError({
    code: 'SANDBOX_NOT_STARTED',
    message: 'the supervisor of the sandbox ended before the sandbox was up',
    why: lastLines(log, 6).join('\n') || 'it was killed, or ended from outside',
    next: `read ${log}, then run \`tune sandbox up\` again; nothing of this attempt is left running`,
    exitCode: exitCodes.unreachable,
  });
}

/** Lets this process end while the supervisor lives on; the stdin pipe stays open until it does. */
function release(supervisor: ChildProcess): void {
  supervisor.unref();
  for (const stream of supervisor.stdio) (stream as { unref?: () => void } | null)?.unref?.();
}

function handle(folder: string, exited: Promise<void>): SandboxHandle {
  const paths = sandboxPaths(folder);
  const record = readRecord(folder);
  if (record === null) throw new Error(`no record in ${folder} although the sandbox is up`);
  return {
    folder,
    target: targetSchema.parse(JSON.parse(readFileSync(paths.target, 'utf8'))),
    targetFile: paths.target,
    record,
    ended: exited.then(() => reasonOfEnd(folder, record)),
    down: () => downSandbox(folder).then(() => undefined),
  };
}
