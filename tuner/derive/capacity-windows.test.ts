import { mean } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { capacityWindows } from './capacity-windows.ts';
import { generateQueue, type QueueTruth } from './fixtures/generated-queue.ts';
import { replicaCapacity } from './replica-capacity.ts';
import { serviceSeconds } from './service-seconds.ts';

const serviceOf = 2.5;

/** Steps of 80 s, in which runs come as fast as such shares of what the workers can do. */
function truth(replicas: number, slots: number, loads: readonly number[]): QueueTruth {
  const rates = loads.map((load) => (load * slots * replicas) / serviceOf);
  return { replicas, slots, serviceSeconds: serviceOf, stepSeconds: 80, rates };
}

function capacityOf(of: QueueTruth, seed: number) {
  const observation = generateQueue(of, seed);
  const stretches = of.rates.map((arrivalsPerSecond, index) => ({
    fromSeconds: index * of.stepSeconds,
    toSeconds: (index + 1) * of.stepSeconds,
    arrivalsPerSecond,
  }));
  const service = serviceSeconds(observation, 'worker', 'workflow', stretches);
  const windows = capacityWindows(observation, 'worker', {
    classes: ['workflow'],
    service: service === null ? {} : { workflow: service },
    load: { fromSeconds: 0, toSeconds: of.rates.length * of.stepSeconds },
    seconds: 10,
    declaredSlots: of.slots,
  });
  return replicaCapacity(windows, { component: 'worker', ceilingMillicores: 1000, declaredSlots: of.slots });
}

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

describe('workers whose runs come at random', () => {
  it.each([
    { name: 'one worker of one slot', of: truth(1, 1, [0.3, 0.5, 0.6, 0.7]) },
    { name: 'one worker of four slots', of: truth(1, 4, [0.3, 0.5, 0.6, 0.7]) },
    { name: 'two workers of four slots', of: truth(2, 4, [0.3, 0.5, 0.6, 0.7]) },
  ])('are not called full for a queue that comes and goes: $name at 70 % at most', ({ of }) => {
    const found = seeds.map((seed) => capacityOf(of, seed));
    // By a mean length of a half they were in 33, 30 and 4 of 40 recordings, at 0.89, 0.85 and 0.82 of what they can do.
    const full = found.filter(({ binding }) => binding !== 'none');
    expect(full.length).toBeLessThanOrEqual(8);
    const throughputs = full.flatMap(({ saturationPerReplica }) => saturationPerReplica?.value ?? []);
    for (const value of throughputs) expect(value).toBeGreaterThan((0.9 * of.slots) / serviceOf);
  });

  it.each([
    { name: 'one worker of one slot', of: truth(1, 1, [0.3, 0.8, 1.5, 1.5]) },
    { name: 'two workers of four slots', of: truth(2, 4, [0.3, 0.8, 1.5, 1.5]) },
    { name: 'two workers of twenty slots', of: truth(2, 20, [0.3, 0.8, 1.5, 1.5]) },
  ])('are found full, with what they can do, where more comes than that: $name', ({ of }) => {
    const found = seeds.map((seed) => capacityOf(of, seed));
    expect(found.map(({ binding }) => binding)).toEqual(seeds.map(() => 'workerSlots'));
    const throughput = mean(
      found.map(({ saturationPerReplica }) => saturationPerReplica?.value ?? Number.NaN),
    );
    expect(throughput / (of.slots / serviceOf)).toBeGreaterThan(0.98);
    expect(throughput / (of.slots / serviceOf)).toBeLessThan(1.02);
  });
});
