import { TuneError } from '../errors.ts';
import { compileHpa } from './compile-hpa.ts';
import type { ParsedHpaTrace } from './parse-hpa-trace.ts';
import { readSync, type SyncReadings } from './read-sync.ts';
import { decideSync } from './reconcile.ts';
import { badInput } from './refuse-input.ts';
import { createHpaState } from './state.ts';
import type { CompiledHpa, CompileOptions, HpaDecision } from './types.ts';

/** A trace whose specs are compiled and whose samples stand beside their pods. */
export interface PreparedTrace {
  readonly status: ParsedHpaTrace['hpa']['status'];
  readonly steps: readonly { readonly hpa: CompiledHpa; readonly sync: SyncReadings }[];
}

/**
 * Compiles the specs of a trace and joins its inputs: what does not depend on earlier decisions.
 *
 * @param kubernetesVersion whose rules to replay; the trace's own when left out
 * @throws TuneError BAD_HPA_INPUT with the path of the sync; BAD_HPA_SPEC; UNKNOWN_KUBERNETES_VERSION
 */
export function prepareTrace(
  trace: ParsedHpaTrace,
  kubernetesVersion: string = trace.kubernetes,
): PreparedTrace {
  const options = {
    kubernetesVersion,
    flags: trace.controllerFlags,
    featureGates: (trace.featureGates ?? {}) as NonNullable<CompileOptions['featureGates']>,
  };
  let hpa = compileHpa(trace.hpa.spec, options);
  const steps = trace.syncs.map((sync, index) => {
    if (sync.spec !== undefined) hpa = compileHpa(sync.spec, options);
    try {
      return { hpa, sync: readSync(hpa, sync) };
    } catch (error) {
      throw placed(error, index);
    }
  });
  return { status: trace.hpa.status, steps };
}

/**
 * Decides every sync of a trace anew, from its first, feeding the recorded inputs.
 *
 * Where the replay decides otherwise than the record, the record's inputs go on to be fed: a mismatch shows
 * the rule, not what would have become of the cluster. An HPA that was edited keeps the controller's memory.
 *
 * @returns one decision for each sync, in order
 * @throws TuneError BAD_HPA_INPUT with the path of the sync
 */
export function replayTrace({ status, steps }: PreparedTrace): HpaDecision[] {
  const state = createHpaState(status ?? {});
  const decisions: HpaDecision[] = [];
  try {
    for (const { hpa, sync } of steps) decisions.push(decideSync(hpa, state, sync));
  } catch (error) {
    throw placed(error, decisions.length);
  }
  return decisions;
}

/** Says of an input's error at which sync it stands. */
function placed(error: unknown, sync: number): unknown {
  return error instanceof TuneError ? badInput(`syncs[${sync}].${error.message}`) : error;
}
