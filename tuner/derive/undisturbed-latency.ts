import type { RequestClass } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { LoadRecording } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';

type Undisturbed = NonNullable<NonNullable<Evidence['latency'][RequestClass]>['undisturbed']>;

/** A quantile of fewer says little. */
const fewestRequests = 10;

/**
 * Latencies when nothing waits, from the stretch in which the class's mean time to first token was lowest:
 * waiting only ever adds. The mean, since a median does not show what the stretch before it left behind.
 *
 * @returns null without a stretch of at least ten first tokens
 */
export function undisturbedLatency(
  load: LoadRecording,
  scenario: RequestClass,
  stretches: readonly Stretch[],
): Undisturbed | null {
  const [fastest] = stretches
    .map(({ fromSeconds, toSeconds }) => {
      const range = { from: Math.round(fromSeconds), to: Math.round(toSeconds) };
      return { range, first: load.histogram('time_to_first_token_ms', range, { scenario, outcome: 'ok' }) };
    })
    .filter(({ first }) => first.count >= fewestRequests)
    .sort((a, b) => a.first.mean - b.first.mean);
  if (!fastest) return null;
  return {
    timeToFirstTokenMs: fastest.first.distribution(),
    queueWaitMs: load.histogram('queue_wait_ms', fastest.range, { scenario, outcome: 'ok' }).distribution(),
  };
}
