import { exitCodes, TuneError } from '../errors.ts';
import { compareDecisions, type DecisionMismatch } from '../hpa/compare-decisions.ts';
import { prepareTrace, replayTrace } from '../hpa/replay-trace.ts';
import type { HpaDecision } from '../hpa/types.ts';
import { readHpaTrace } from './read-hpa-trace.ts';
import type { ReplayFlags } from './replay-hpa.ts';

/** Replays the files in their order and prints as it goes. @throws TuneError HPA_REPLAY_DIFFERS with `check` */
export async function replayFiles(files: readonly string[], options: ReplayFlags): Promise<void> {
  let syncs = 0;
  let differing = 0;
  for (const file of files) {
    const trace = readHpaTrace(file);
    const decisions = replayWithName(file, () => replayTrace(prepareTrace(trace, options.kubernetesVersion)));
    syncs += decisions.length;
    if (!options.check) {
      await print(
        decisions.map((decision, index) => decisionLine(file, trace.syncs[index]?.atMs ?? 0, decision)),
      );
      continue;
    }
    const mismatches = compareDecisions(trace.syncs, decisions);
    differing += new Set(mismatches.map(({ sync }) => sync)).size;
    await print(mismatches.map((mismatch) => mismatchLine(file, mismatch)));
  }
  if (options.check) reportCheck(files.length, syncs, differing);
}

function decisionLine(file: string, atMs: number, decision: HpaDecision): string {
  const { scaledTo, desiredReplicas, conditions } = decision;
  return JSON.stringify({ file, atMs, scaledTo, desiredReplicas, conditions });
}

function mismatchLine(file: string, mismatch: DecisionMismatch): string {
  return JSON.stringify({ file, ...mismatch });
}

/** Waits until the pipe has taken the lines: the process exits right after the command. */
function print(lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    process.stdout.write(`${lines.join('\n')}\n`, (error) => (error ? reject(error) : resolve()));
  });
}

/** A sync that cannot be replayed knows its place in the trace; the file is known here. */
function replayWithName<T>(file: string, replay: () => T): T {
  try {
    return replay();
  } catch (error) {
    if (!(error instanceof TuneError)) throw error;
    const { code, why, next, exitCode } = error;
    throw new TuneError({ code, message: `${file}: ${error.message}`, why, next, exitCode, cause: error });
  }
}

function reportCheck(files: number, syncs: number, differing: number): void {
  process.stderr.write(`${syncs} syncs of ${files} files replayed, ${differing} decided otherwise\n`);
  if (differing === 0) return;
  throw new TuneError({
    code: 'HPA_REPLAY_DIFFERS',
    message: `${differing} of ${syncs} syncs were decided otherwise than recorded`,
    why: 'the rules replayed here are not those of the controller that was recorded, or its inputs were not',
    next: 'compare "kubernetes" and "featureGates" of the files with the cluster, then report one of the files',
    exitCode: exitCodes.objectiveMissed,
  });
}
