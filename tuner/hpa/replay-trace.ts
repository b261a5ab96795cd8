import { TuneError } from '../errors.ts';
import { compileHpa } from './compile-hpa.ts';
import type { ParsedHpaTrace } from './parse-hpa-trace.ts';
import { reconcile } from './reconcile.ts';
import { badInput } from './refuse-input.ts';
import { createHpaState } from './state.ts';
import type { CompileOptions, HpaDecision } from './types.ts';

/**
 * Decides every sync of a trace anew, from its first, feeding the recorded inputs.
 *
 * Where the replay decides otherwise than the record, the record's inputs go on to be fed: a mismatch shows
 * the rule, not what would have become of the cluster.
 *
 * @param kubernetesVersion whose rules to replay; the trace's own when left out
 * @returns one decision for each of `trace.syncs`, in order
 * @throws TuneError BAD_HPA_INPUT with the path of the sync; BAD_HPA_SPEC
 */
export function replayTrace(
  trace: ParsedHpaTrace,
  kubernetesVersion: string = trace.kubernetes,
): HpaDecision[] {
  const hpa = compileHpa(trace.hpa.spec, {
    kubernetesVersion,
    flags: trace.controllerFlags,
    featureGates: (trace.featureGates ?? {}) as NonNullable<CompileOptions['featureGates']>,
  });
  const state = createHpaState(trace.hpa.status ?? {});
  return trace.syncs.map((sync, index) => {
    try {
      return reconcile(hpa, state, sync);
    } catch (error) {
      if (error instanceof TuneError) throw badInput(`syncs[${index}].${error.message}`);
      throw error;
    }
  });
}
