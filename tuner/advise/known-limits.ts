import type { Target } from '../contracts/config.ts';
import type { Evidence } from '../contracts/evidence.ts';

/** What the components share and no recording shows; what is not known never binds. */
export interface KnownLimits {
  /** Pods of all components together that the nodes can hold. */
  readonly schedulablePods: number | null;
  /** Calls that the language model takes at once, and in a minute. */
  readonly llmMaxConcurrentCalls: number | null;
  readonly llmCallsPerMinute: number | null;
}

export function knownLimits(target: Pick<Target, 'llm' | 'schedulablePods'> | null): KnownLimits {
  return {
    schedulablePods: target?.schedulablePods ?? null,
    llmMaxConcurrentCalls: target?.llm?.maxConcurrentCalls ?? null,
    llmCallsPerMinute: target?.llm?.callsPerMinute ?? null,
  };
}

/**
 * The limits within which API and worker are searched: web is left as it is, on the nodes that its pods had in the run.
 *
 * @returns the same limits where web was not recorded, or nodes are not known to be scarce
 */
export function limitsBesideWeb(
  limits: KnownLimits | undefined,
  { components: { web } }: Evidence,
): { readonly limits: KnownLimits | undefined; readonly assumptions: readonly string[] } {
  const pods = limits?.schedulablePods ?? null;
  if (limits === undefined || web === undefined || pods === null) return { limits, assumptions: [] };
  const schedulablePods = Math.max(0, pods - web.specReplicas);
  return {
    limits: { ...limits, schedulablePods },
    assumptions: [
      `web: its ${web.specReplicas} pods keep their nodes, so that ${schedulablePods} of the ${pods} pods that the nodes hold are left to the others; more of them, as its HPA may ask for when people open pages, would take theirs.`,
    ],
  };
}
