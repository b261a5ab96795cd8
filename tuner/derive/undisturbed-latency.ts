import type { RequestClass } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';
import type { LoadRecording } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';
import { mirrored, withoutWaits } from './without-waiting.ts';

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
  const firstToken = fastest.first.distribution();
  const wait = load.histogram('queue_wait_ms', fastest.range, { scenario, outcome: 'ok' }).distribution();
  if (firstToken === null || wait === null) return { timeToFirstTokenMs: firstToken, queueWaitMs: wait };
  // Arrivals at random meet a queue even where there is little load; each first token came after the wait.
  const usual = mirrored(wait);
  const excessMs = wait.mean - usual.mean;
  return {
    timeToFirstTokenMs: excessMs > 0 ? withoutWaits(firstToken, firstToken.mean - excessMs) : firstToken,
    queueWaitMs: usual,
  };
}
