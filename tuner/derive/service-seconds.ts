import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Distribution } from '../contracts/estimate.ts';
import { calmRanges, histogramOver } from './calm-stretches.ts';
import type { Histogram } from './histogram.ts';
import type { SecondRange } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';
import type { Observation } from './observation.ts';
import { mirrored, withoutWaits } from './without-waiting.ts';

/**
 * Seconds that one slot is held by a request of the class when nothing waits.
 *
 * Read from the stretches in which the class was served fastest. Where requests met a
 * queue even there, as arrivals at random do at any load, what they waited is taken off; for the worker all of it.
 *
 * @returns null without a stretch of at least ten successful requests
 */
export function serviceSeconds(
  observation: Observation,
  component: ComponentName,
  requestClass: RequestClass,
  stretches: readonly Stretch[],
): Distribution | null {
  const durations = (range: SecondRange) => durationsMs(observation, requestClass, range);
  const ranges = calmRanges(stretches, durations);
  const held = histogramOver(ranges, durations).distribution(0.001);
  const waits = histogramOver(ranges, (range) =>
    observation.load.histogram('queue_wait_ms', range, { scenario: requestClass, outcome: 'ok' }),
  );
  const waited = waits.distribution(0.001);
  if (held === null || waited === null) return held;
  const usual = mirrored(waited);
  const excess = waited.mean - usual.mean;
  const alone = excess > 0 ? withoutWaits(held, held.mean - excess) : held;
  return component === 'worker' ? shifted(alone, -usual.mean) : alone;
}

/** Streams from intended start to end; blocking calls, where the profile made those, likewise. */
function durationsMs({ load }: Observation, scenario: RequestClass, range: SecondRange): Histogram {
  const streams = load.histogram('stream_duration_ms', range, { scenario, outcome: 'ok' });
  return streams.count > 0
    ? streams
    : load.histogram('request_duration_ms', range, { scenario, outcome: 'ok' });
}

function shifted(values: Distribution, bySeconds: number): Distribution {
  const shift = (value: number) => Math.max(0, value + bySeconds);
  return {
    count: values.count,
    mean: shift(values.mean),
    min: shift(values.min),
    p05: shift(values.p05),
    p50: shift(values.p50),
    p95: shift(values.p95),
    p99: shift(values.p99),
    max: shift(values.max),
  };
}
