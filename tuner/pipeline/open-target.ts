import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sandboxFolder } from '../../sandbox/cluster/sandbox-paths.ts';
import { sandboxStatus } from '../../sandbox/cluster/sandbox-status.ts';
import { upSandbox } from '../../sandbox/cluster/up-sandbox.ts';
import { findTarget, type LoadedConfig, sandboxTargetName } from '../config/read-config.ts';
import { type Target, targetSchema } from '../contracts/config.ts';

/** A target that is there to be used, and what to do when the run is over. */
export interface OpenTarget {
  readonly name: string;
  readonly target: Target;
  /** Ends what was started for this run; leaves alone what was there before. */
  close(): Promise<void>;
}

/** The sandbox that a run without `sandbox up` starts for itself. */
const ownSandboxName = 'default';

/** A target by name; the sandbox is started unless one is up. */
export async function openTarget(
  name: string,
  config: LoadedConfig,
  options: {
    readonly world: string;
    readonly signal: AbortSignal;
    readonly onProgress: (text: string) => void;
  },
): Promise<OpenTarget> {
  if (name !== sandboxTargetName) return { name, target: findTarget(config, name), close: async () => {} };
  const folder = sandboxFolder(ownSandboxName);
  if ((await sandboxStatus(folder)).state === 'up') {
    options.onProgress(`using the sandbox that is up (${folder})`);
    return { name, target: readTarget(folder), close: async () => {} };
  }
  const handle = await upSandbox({ ...options, folder });
  return { name, target: readTarget(folder), close: () => handle.down() };
}

function readTarget(folder: string): Target {
  return targetSchema.parse(JSON.parse(readFileSync(join(folder, 'target.json'), 'utf8')));
}
