import type { ComponentName, RequestClass } from '../contracts/component.ts';
import type { Distribution } from '../contracts/estimate.ts';
import type { SecondRange } from './load-recording.ts';
import type { Stretch } from './load-steps.ts';
import type { Observation } from './observation.ts';

/** A quantile of fewer says little. */
const fewestRequests = 10;

/**
 * Seconds that one slot is held by a request of the class when nothing waits.
 *
 * Read from the stretch in which the class was served fastest (mean), since waiting only ever adds. For the
 * worker the wait in the queue is taken off: the mean one of the mean, which is exact, and the median one of the
 * quantiles, in which the spread of that wait stays. Random arrivals wait now and then at any load, so that the median
 * alone would leave most of the wait in the mean.
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
  if (held === null || component !== 'worker') return held;
  const waits = observation.load.histogram('queue_wait_ms', fastest.range, {
    scenario: requestClass,
    outcome: 'ok',
  });
  const meanWaitMs = waits.count === 0 ? 0 : waits.mean;
  return {
    ...shifted(held, -(waits.quantile(0.5) ?? 0) / 1000),
    mean: Math.max(0, held.mean - meanWaitMs / 1000),
  };
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
