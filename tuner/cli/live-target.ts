import { existsSync } from 'node:fs';
import { findTarget, type LoadedConfig, sandboxTargetName } from '../config/read-config.ts';
import type { Target } from '../contracts/config.ts';
import { exitCodes, failure, type TuneError } from '../errors.ts';

export interface KnownTargets {
  readonly config: LoadedConfig;
  /** Of the run; null: its run.json holds none that this version can read. */
  readonly recorded: Target | null;
  readonly recordedName: string;
}

/**
 * The cluster whose HPAs are read: that of the run, unless a target is named.
 *
 * @throws TuneError NO_TARGET, UNKNOWN_TARGET, SANDBOX_NOT_UP, SANDBOX_OF_RUN_ENDED
 */
export async function liveTarget(
  named: string | undefined,
  { config, recorded, recordedName }: KnownTargets,
): Promise<Target> {
  if (named === sandboxTargetName) return standingSandbox();
  if (named !== undefined) return findTarget(config, named);
  if (recorded === null) {
    throw failure('NO_TARGET', 'the run does not say which cluster it was made in', {
      why: 'its run.json holds no target that this version can read',
      next: 'name one of tune.yaml: --live --target NAME',
      exitCode: exitCodes.usage,
    });
  }
  const { kubeconfig } = recorded;
  if (recordedName === sandboxTargetName && kubeconfig !== undefined && !existsSync(kubeconfig)) {
    throw sandboxOfRunEnded(kubeconfig);
  }
  return recorded;
}

async function standingSandbox(): Promise<Target> {
  // Loaded only now: what starts and watches sandboxes is no part of a simulation.
  const { standingSandboxTarget } = await import('../pipeline/open-target.ts');
  const target = await standingSandboxTarget();
  if (target !== null) return target;
  throw failure('SANDBOX_NOT_UP', 'no sandbox is up whose HPAs could be read', {
    why: '--target sandbox means the one that `tune sandbox up` starts; a run ends its own with itself',
    next: 'start one with `tune sandbox up`, or leave --live away to simulate the HPAs of the run',
    exitCode: exitCodes.unreachable,
  });
}

function sandboxOfRunEnded(kubeconfig: string): TuneError {
  return failure('SANDBOX_OF_RUN_ENDED', 'the sandbox that this run was made in has ended', {
    why: `its ${kubeconfig} is gone, so no HPA is in force there any more`,
    next: 'leave --live away to simulate the HPAs of the run, or read those of a sandbox that is up: tune sandbox up, then --live --target sandbox',
    exitCode: exitCodes.unreachable,
  });
}
