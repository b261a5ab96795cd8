import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Distribution } from '../contracts/estimate.ts';
import type { SecondRange } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';
import type { Observation } from './observation.ts';
import { mirrored, withoutWaits } from './without-waiting.ts';

/** A quantile of fewer says little. */
const fewestRequests = 10;

/**
 * Seconds that one slot is held by a request of the class when nothing waits.
 *
 * Read from the stretch in which the class was served fastest (mean), since waiting only ever adds. Where requests met a
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
  const candidates = stretches
    .map((stretch) => {
      const range = { from: Math.round(stretch.fromSeconds), to: Math.round(stretch.toSeconds) };
      return { range, durations: durationsMs(observation, requestClass, range) };
    })
    .filter(({ durations }) => durations.count >= fewestRequests)
    .sort((a, b) => a.durations.mean - b.durations.mean);
  const [fastest] = candidates;
  if (!fastest) return null;
  const held = fastest.durations.distribution(0.001);
  const waits = observation.load.histogram('queue_wait_ms', fastest.range, {
    scenario: requestClass,
    outcome: 'ok',
  });
  const waited = waits.distribution(0.001);
  if (held === null || waited === null) return held;
  const usual = mirrored(waited);
  const excess = waited.mean - usual.mean;
  const alone = excess > 0 ? withoutWaits(held, held.mean - excess) : held;
  return component === 'worker' ? shifted(alone, -usual.mean) : alone;
}

/** Streams from intended start to end; blocking calls, where the profile made those, likewise. */
function durationsMs(observation: Observation, scenario: RequestClass, range: SecondRange) {
  const streams = observation.load.histogram('stream_duration_ms', range, { scenario, outcome: 'ok' });
  if (streams.count > 0) return streams;
  return observation.load.histogram('request_duration_ms', range, { scenario, outcome: 'ok' });
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
