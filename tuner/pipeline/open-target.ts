import { readFileSync } from 'node:fs';
import { whenSandboxEnds } from '../../sandbox/cluster/sandbox-ended.ts';
import { sandboxFolder, sandboxPaths } from '../../sandbox/cluster/sandbox-paths.ts';
import { readRecord } from '../../sandbox/cluster/sandbox-record.ts';
import { sandboxStatus } from '../../sandbox/cluster/sandbox-status.ts';
import { upSandbox } from '../../sandbox/cluster/up-sandbox.ts';
import { waitUntilReadyForLoad } from '../../sandbox/cluster/wait-until-ready-for-load.ts';
import { findTarget, type LoadedConfig, sandboxTargetName } from '../config/read-config.ts';
import { type Target, targetSchema } from '../contracts/config.ts';
import type { Progress } from './progress.ts';
import { watchSandbox } from './watch-sandbox.ts';

/** A target that is there to be used, and what to do when the run is over. */
export interface OpenTarget {
  readonly name: string;
  readonly target: Target;
  /** The user's; for a sandbox also its end, with SANDBOX_ENDED as the reason. */
  readonly signal: AbortSignal;
  /** Ends what was started for this run; leaves alone what was there before, and the logs of what ended by itself. */
  close(): Promise<void>;
}

export interface OpenTargetOptions {
  /** What is true in the sandbox, where one is started: a world's name or file. */
  readonly world: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** The sandbox that `tune sandbox up` starts when it is given no name. */
const standingSandbox = 'default';

/** A target by name; a sandbox is started for the run unless `tune sandbox up` has left one standing. */
export async function openTarget(
  name: string,
  config: LoadedConfig,
  options: OpenTargetOptions,
): Promise<OpenTarget> {
  const { signal } = options;
  if (name !== sandboxTargetName) {
    return { name, target: findTarget(config, name), signal, close: async () => {} };
  }
  const standing = sandboxFolder(standingSandbox);
  if ((await sandboxStatus(standing)).state === 'up') return useStanding(name, standing, options);
  return startOwn(name, options);
}

/** @returns the target of the sandbox that `tune sandbox up` has left standing; null: it has left none */
export async function standingSandboxTarget(): Promise<Target | null> {
  const folder = sandboxFolder(standingSandbox);
  return (await sandboxStatus(folder)).state === 'up' ? readTarget(folder) : null;
}

async function useStanding(name: string, folder: string, options: OpenTargetOptions): Promise<OpenTarget> {
  options.progress.say(`using the sandbox that is up (${folder}); --world is not read`);
  const record = readRecord(folder);
  const ended = record === null ? Promise.resolve(null) : whenSandboxEnds(folder, record);
  const watch = watchSandbox(folder, ended, options.signal);
  await waitForLoad(folder, { ...options, signal: watch.signal });
  return { name, target: readTarget(folder), signal: watch.signal, close: async () => void watch.stop() };
}

async function startOwn(name: string, options: OpenTargetOptions): Promise<OpenTarget> {
  const { world, progress } = options;
  const folder = sandboxFolder(`run-${process.pid}`);
  progress.say(`starting a sandbox in world ${world}`);
  const handle = await upSandbox({ world, folder, owner: 'caller', signal: options.signal });
  const watch = watchSandbox(folder, handle.ended, options.signal);
  const close = async () => {
    const endedAlone = watch.stop() || readRecord(folder)?.endedBecause != null;
    // Its logs stay: SANDBOX_ENDED tells the user to read them. The status ends what a killed one left running.
    if (endedAlone) await sandboxStatus(folder);
    else await handle.down();
  };
  try {
    await waitForLoad(folder, { ...options, signal: watch.signal });
  } catch (error) {
    await close();
    throw error;
  }
  return { name, target: handle.target, signal: watch.signal, close };
}

async function waitForLoad(folder: string, { signal, progress }: OpenTargetOptions): Promise<void> {
  const seconds = await waitUntilReadyForLoad(folder, {
    signal,
    onWaiting: (what) => progress.say(`waiting: ${what}`),
  });
  progress.say(`sandbox ready for load after ${seconds.toFixed(0)} s`);
}

function readTarget(folder: string): Target {
  return targetSchema.parse(JSON.parse(readFileSync(sandboxPaths(folder).target, 'utf8')));
}
