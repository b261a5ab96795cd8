import { join, resolve } from 'node:path';
import { toolPath } from '../../scripts/tools/tool-paths.ts';
import { sandboxTargetName } from '../config/read-config.ts';
import type { Advice } from '../contracts/advice.ts';
import type { Target } from '../contracts/config.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { Run } from '../contracts/run.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { writeOverlay } from '../overlay/write-overlay.ts';
import type { RunFolder } from './run-folder.ts';

/** The chart that the sandbox's release stands for: the values layout and the holes of the real one. */
const sandboxChart = join(import.meta.dirname, '..', 'overlay', 'fixtures', 'charts', 'dify-like');

export interface OverlaySource {
  readonly advice: Advice;
  readonly evidence: Evidence;
  readonly run: Run;
  /** null: run.json does not say what it was made against. */
  readonly target: Target | null;
  /** Chart named by the user. */
  readonly chart: string | undefined;
}

/**
 * The overlay folder of a run.
 *
 * @returns its path; null where there is nothing to set
 */
export async function writeOverlayOf(folder: RunFolder, source: OverlaySource): Promise<string | null> {
  const { advice, evidence, run, target } = source;
  if (target === null) throw noTarget(folder);
  const chartPath = source.chart ?? (run.targetName === sandboxTargetName ? sandboxChart : undefined);
  const result = await writeOverlay(advice, evidence, {
    release: target.release,
    namespace: target.namespace,
    context: target.context ?? null,
    ...(target.kubeconfig === undefined ? {} : { kubeconfig: target.kubeconfig }),
    folder: folder.file('overlay'),
    helmPath: chartPath === undefined ? 'helm' : toolPath('helm'),
    ...(chartPath === undefined ? {} : { chartPath: resolve(chartPath) }),
    chartLabel: run.versions.chart,
  });
  return result?.folder ?? null;
}

function noTarget(folder: RunFolder): TuneError {
  return new TuneError({
    code: 'NO_TARGET_RECORDED',
    message: `${folder.file('run')} does not say which release the run was made against`,
    why: 'an overlay names the release, its namespace and its Deployments',
    next: 'restore run.json; release and namespace stand in no other file of the run',
    exitCode: exitCodes.usage,
  });
}
