import type { Target } from '../contracts/config.ts';

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
