import { readConfig } from '../config/read-config.ts';
import type { RunResult } from './recommend-from.ts';
import { type PipelineOptions, recordOnly } from './record-only.ts';

/** Load, recording, evidence, advice, overlay and report, in this order. */
export async function runPipeline(options: PipelineOptions): Promise<RunResult> {
  const folder = await recordOnly(options);
  // Loaded only now: a mistake in what was asked for is said before.
  const { recommendFrom } = await import('./recommend-from.ts');
  return recommendFrom(folder, {
    config: readConfig(options.config, options.workingFolder),
    chart: options.chart,
    toolVersion: options.toolVersion,
    signal: options.signal,
    progress: options.progress,
  });
}
