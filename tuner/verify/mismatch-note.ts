import type { CompiledHpa, CompiledMetric, HpaCondition, HpaDecision } from '../hpa/types.ts';
import type { RecordedSync } from './find-syncs.ts';

/**
 * From what the model decided at a sync, and where its reasons are not those that the controller gave: for a person
 * who looks for the cause of the difference.
 */
export function mismatchNote(
  { status }: RecordedSync,
  { metrics }: Pick<CompiledHpa, 'metrics'>,
  { proposals, conditions }: HpaDecision,
): string {
  const written = (status.spec.metrics ?? []) as readonly WrittenMetric[];
  const asked = proposals.map(({ metric, replicas, problem }) => {
    const name = metricName(metrics[metric], written[metric]);
    return replicas === null ? `${name} told nothing (${problem})` : `${name} asked for ${replicas}`;
  });
  const count = status.currentReplicas;
  return [
    `with ${count} replica${count === 1 ? '' : 's'}, ${asked.length === 0 ? 'before any metric is read' : asked.join(', ')}`,
    ...differingReasons(status.conditions, conditions),
  ].join('; ');
}

interface WrittenMetric {
  readonly external?: { readonly metric?: { readonly name?: string } };
  readonly object?: { readonly metric?: { readonly name?: string } };
  readonly pods?: { readonly metric?: { readonly name?: string } };
}

function metricName(compiled: CompiledMetric | undefined, written: WrittenMetric | undefined): string {
  if (compiled?.resource != null)
    return compiled.container === null ? compiled.resource : `${compiled.resource} of ${compiled.container}`;
  const { external, object, pods } = written ?? {};
  return (external ?? object ?? pods)?.metric?.name ?? 'a metric';
}

function differingReasons(
  recorded: readonly { readonly type: string; readonly reason: string }[],
  own: readonly HpaCondition[],
): string[] {
  return own.flatMap(({ type, reason }) => {
    const theirs = recorded.find((condition) => condition.type === type)?.reason;
    return theirs === undefined || theirs === reason ? [] : [`${type}: ${theirs}, the model: ${reason}`];
  });
}
