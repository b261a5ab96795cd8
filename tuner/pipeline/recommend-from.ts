import { advise } from '../advise/advise.ts';
import { insufficientAdvice } from '../advise/insufficient.ts';
import type { LoadedConfig } from '../config/read-config.ts';
import type { Advice } from '../contracts/advice.ts';
import { type Target, targetSchema } from '../contracts/config.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { Validity } from '../contracts/validity.ts';
import { deriveEvidence, type Recording } from '../derive/derive-evidence.ts';
import { type ExitCode, exitCodes } from '../errors.ts';
import { knownLimits } from '../simulate/known-limits.ts';
import { judgeRun } from '../verify/judge-run.ts';
import { judgeRecording } from './judge-recording.ts';
import type { Progress } from './progress.ts';
import { readRecording } from './read-recording.ts';
import { resultText } from './result-text.ts';
import type { RunFolder } from './run-folder.ts';
import { writeOverlayOf } from './write-overlay-of.ts';
import { writeReport } from './write-report.ts';

export interface RecommendOptions {
  readonly config: LoadedConfig;
  /** Chart folder to render the overlay in; undefined: the target's own default, or none. */
  readonly chart: string | undefined;
  readonly toolVersion: string;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

export interface RunResult {
  readonly runFolder: string;
  readonly verdict: Advice['verdict'];
  readonly settings: Advice['settings'];
  readonly overlay: string | null;
  readonly report: string;
  readonly exitCode: ExitCode;
  /** The same for people. */
  readonly text: string;
}

/**
 * All stages that need no cluster: evidence, advice, verdict, overlay and report of a recorded run.
 *
 * @throws TuneError BAD_RECORDING, BAD_FILE; an invalid run is a result with exit 4, not an error
 */
export async function recommendFrom(folder: RunFolder, options: RecommendOptions): Promise<RunResult> {
  const { progress, signal } = options;
  progress.say('reading the recording');
  const recording = await readRecording(folder);
  const evidence = deriveEvidence(recording);
  folder.writeJson('evidence', evidence);
  const validity = await judgeRecording(folder, recording);
  folder.writeJson('validity', validity);
  const target = targetOf(recording);
  const advice = await adviceOn(evidence, { validity, target, options });
  signal.throwIfAborted();
  folder.writeJson('advice', advice);
  const verdict = judgeRun(recording, evidence, knownLimits(target));
  folder.writeJson('verdict', verdict);
  const { run, events } = recording;
  const overlay = await writeOverlayOf(folder, { advice, evidence, run, target, chart: options.chart });
  const report = writeReport(folder, { run, events, evidence, advice, validity, verdict });
  progress.say(`report: ${report}`);
  const exitCode = advice.verdict === 'insufficientEvidence' ? exitCodes.notEnoughEvidence : exitCodes.done;
  const text = resultText({ folder: folder.path, evidence, advice, validity, verdict, overlay, report });
  return {
    runFolder: folder.path,
    verdict: advice.verdict,
    settings: advice.settings,
    overlay,
    report,
    exitCode,
    text,
  };
}

async function adviceOn(
  evidence: Evidence,
  given: { readonly validity: Validity; readonly target: Target | null; readonly options: RecommendOptions },
): Promise<Advice> {
  const { validity, target, options } = given;
  if (validity.verdict === 'invalid') {
    const failed = validity.checks.filter(
      ({ isPassed, severity }) => isPassed === false && severity === 'invalidates',
    );
    const missing = failed.map(({ because }) => ({
      component: null,
      reason: because,
      path: 'validity.json',
    }));
    return insufficientAdvice(evidence, missing, { seed, elapsedSeconds: 0 });
  }
  options.progress.say('searching settings in simulation');
  return advise(evidence, {
    config: options.config,
    queueMetric: target?.queueMetric ?? null,
    limits: knownLimits(target),
    seed,
    signal: options.signal,
    clock: () => performance.now() / 1000,
  });
}

/** Of every draw in the search: the same recording gives the same advice. */
const seed = 1;

/** The target as it was when the run was made: a recommendation months later must not follow a newer tune.yaml. */
function targetOf({ run }: Recording): Target | null {
  return targetSchema.safeParse(run.target).data ?? null;
}
