import { readFileSync } from 'node:fs';
import { sandboxFolder, sandboxPaths } from '../../sandbox/cluster/sandbox-paths.ts';
import { sandboxStatus } from '../../sandbox/cluster/sandbox-status.ts';
import { upSandbox } from '../../sandbox/cluster/up-sandbox.ts';
import { waitUntilReadyForLoad } from '../../sandbox/cluster/wait-until-ready-for-load.ts';
import { findTarget, type LoadedConfig, sandboxTargetName } from '../config/read-config.ts';
import { type Target, targetSchema } from '../contracts/config.ts';
import type { Progress } from './progress.ts';

/** A target that is there to be used, and what to do when the run is over. */
export interface OpenTarget {
  readonly name: string;
  readonly target: Target;
  /** Ends what was started for this run; leaves alone what was there before. */
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
  if (name !== sandboxTargetName) return { name, target: findTarget(config, name), close: async () => {} };
  const standing = sandboxFolder(standingSandbox);
  if ((await sandboxStatus(standing)).state === 'up') {
    options.progress.say(`using the sandbox that is up (${standing}); --world is not read`);
    await waitForLoad(standing, options);
    return { name, target: readTarget(standing), close: async () => {} };
  }
  return startOwn(name, options);
}

async function startOwn(name: string, options: OpenTargetOptions): Promise<OpenTarget> {
  const { world, signal, progress } = options;
  const folder = sandboxFolder(`run-${process.pid}`);
  progress.say(`starting a sandbox in world ${world}`);
  const handle = await upSandbox({ world, folder, owner: 'caller', signal });
  try {
    await waitForLoad(folder, options);
  } catch (error) {
    await handle.down();
    throw error;
  }
  return { name, target: handle.target, close: () => handle.down() };
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
