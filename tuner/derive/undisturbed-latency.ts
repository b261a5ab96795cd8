import type { RequestClass } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { calmRanges, histogramOver } from './calm-stretches.ts';
import type { LoadRecording, SecondRange } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';
import { mirrored, withoutWaits } from './without-waiting.ts';

type Undisturbed = NonNullable<NonNullable<Evidence['latency'][RequestClass]>['undisturbed']>;

/**
 * Latencies when nothing waits, from the stretches in which the class's time to first token was lowest.
 *
 * @returns null without a stretch of at least ten first tokens
 */
export function undisturbedLatency(
  load: LoadRecording,
  scenario: RequestClass,
  stretches: readonly Stretch[],
): Undisturbed | null {
  const filter = { scenario, outcome: 'ok' } as const;
  const samples = (metric: string) => (range: SecondRange) => load.histogram(metric, range, filter);
  const ranges = calmRanges(stretches, samples('time_to_first_token_ms'));
  if (ranges.length === 0) return null;
  const firstToken = histogramOver(ranges, samples('time_to_first_token_ms')).distribution();
  const wait = histogramOver(ranges, samples('queue_wait_ms')).distribution();
  if (firstToken === null || wait === null) return { timeToFirstTokenMs: firstToken, queueWaitMs: wait };
  // Arrivals at random meet a queue even where there is little load; each first token came after the wait.
  const usual = mirrored(wait);
  const excessMs = wait.mean - usual.mean;
  return {
    timeToFirstTokenMs: excessMs > 0 ? withoutWaits(firstToken, firstToken.mean - excessMs) : firstToken,
    queueWaitMs: usual,
  };
}
