import { toolPath } from '../../scripts/tools/tool-paths.ts';
import { findProfile, findTarget, readConfig, sandboxTargetName } from '../config/read-config.ts';
import type { Progress } from './progress.ts';
import type { RunFolder } from './run-folder.ts';

export interface PipelineOptions {
  readonly target: string;
  readonly profile: string;
  readonly config?: string;
  readonly out?: string;
  readonly world: string;
  readonly k6Out: readonly string[];
  readonly chart?: string;
  readonly workingFolder: string;
  readonly toolVersion: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Load and recording alone; everything the config can have wrong is said before anything is started. */
export async function recordOnly(options: PipelineOptions): Promise<RunFolder> {
  const { workingFolder } = options;
  const config = readConfig(options.config, workingFolder);
  const profile = findProfile(config, options.profile, workingFolder);
  if (options.target !== sandboxTargetName) findTarget(config, options.target);
  const k6Path = toolPath('k6');
  // Loaded only now: the Kubernetes client takes a second, and whoever mistyped a name need not wait for it.
  const { openTarget } = await import('./open-target.ts');
  const { openCluster } = await import('../cluster/open-cluster.ts');
  const { recordRun } = await import('./record-run.ts');
  const opened = await openTarget(options.target, config, options);
  const { signal } = opened;
  try {
    const cluster = await openCluster(opened.target, { signal });
    try {
      return await recordRun({
        ...options,
        signal,
        config,
        targetName: opened.name,
        target: opened.target,
        cluster,
        profileName: options.profile,
        profile,
        out: options.out,
        k6Path,
        extraOutputs: options.k6Out,
      });
    } finally {
      cluster.close();
    }
  } finally {
    await opened.close();
  }
}
