import { expect, it } from 'vitest';
import { Histogram } from './histogram.ts';
import type { Observation } from './observation.ts';
import { serviceSeconds } from './service-seconds.ts';

/** Counts by milliseconds. */
function histogram(counts: readonly (readonly [number, number])[]): Histogram {
  const filled = new Histogram();
  for (const [value, count] of counts) filled.add(value, count);
  return filled;
}

const stretch = { fromSeconds: 0, toSeconds: 60, arrivalsPerSecond: 0.8 };

it('takes the queue wait off where few of the runs waited, and those long', () => {
  // Ten runs of 1 s: seven found a free slot, three waited 2 s. The median wait is 0, the mean one 0.6 s.
  const measured: Record<string, Histogram> = {
    stream_duration_ms: histogram([
      [1000, 7],
      [3000, 3],
    ]),
    queue_wait_ms: histogram([
      [0, 7],
      [2000, 3],
    ]),
  };
  const observation = {
    load: { histogram: (metric: string) => measured[metric] ?? new Histogram() },
  } as unknown as Observation;
  const held = serviceSeconds(observation, 'worker', 'workflow', [stretch]);
  expect(held?.mean).toBeCloseTo(1, 9);
  expect(held?.p50).toBe(1);
  // The API holds its slot while the run waits: 1.6 s on average here, 1 s where nothing waits.
  expect(serviceSeconds(observation, 'api', 'workflow', [stretch])?.mean).toBeCloseTo(1, 9);
});
