import type { RecordedHpaSync } from '../contracts/hpa-trace.ts';
import type { HpaCondition, HpaDecision } from './types.ts';

/** A sync that the replay decided otherwise than the controller. */
export interface DecisionMismatch {
  /** Position in `trace.syncs`. */
  readonly sync: number;
  readonly atMs: number;
  readonly field: 'scaledTo' | 'desiredReplicas' | 'conditions';
  readonly recorded: string;
  readonly replayed: string;
}

/**
 * Compares a replay with the record, field by field.
 *
 * Fields that were not recorded are not compared; conditions by type, status and reason, in their order.
 */
export function compareDecisions(
  recorded: readonly RecordedHpaSync[],
  replayed: readonly HpaDecision[],
): DecisionMismatch[] {
  return recorded.flatMap((sync, index) => {
    const decision = replayed[index];
    if (decision === undefined) return [];
    const differs = (field: DecisionMismatch['field'], was: unknown, is: unknown): DecisionMismatch[] => {
      const [recordedText, replayedText] = [textOf(was), textOf(is)];
      if (was === undefined || recordedText === replayedText) return [];
      return [{ sync: index, atMs: sync.atMs, field, recorded: recordedText, replayed: replayedText }];
    };
    return [
      ...differs('scaledTo', sync.scaledTo, decision.scaledTo),
      ...differs('desiredReplicas', sync.desiredReplicas, decision.desiredReplicas),
      ...differs('conditions', sync.conditions, decision.conditions),
    ];
  });
}

function textOf(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  return value.map(({ type, status, reason }: HpaCondition) => `${type}=${status} ${reason}`).join(', ');
}
