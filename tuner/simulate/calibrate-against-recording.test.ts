import { describe, expect, it } from 'vitest';
import { cpuBound, syntheticEvidence } from '../advise/fixtures/synthetic-evidence.ts';
import type { Evidence, Series } from '../contracts/evidence.ts';
import { calibrateAgainstRecording, calibrationSeries } from './calibrate-against-recording.ts';

const series = (values: (number | null)[]): Series => ({ fromSeconds: 0, stepSeconds: 5, values });
const constant = (value: number | null) => series(new Array<number | null>(50).fill(value));

function recorded(timeline: Partial<Evidence['timeline']>): Evidence {
  const evidence = syntheticEvidence(cpuBound);
  return { ...evidence, timeline: { ...evidence.timeline, ...timeline } };
}

describe('calibrateAgainstRecording', () => {
  it('begins with the replicas that the run began with', () => {
    const ready = { ready: constant(4), desired: constant(4), spec: constant(4) };
    const [replicas] = calibrateAgainstRecording(recorded({ replicas: { api: ready } }));
    expect(replicas?.quantity).toBe('api readyReplicas');
    expect(replicas?.recorded).toBe(4);
    const [first] = calibrationSeries(recorded({ replicas: { api: ready } }));
    expect(first?.simulated.values[0]).toBe(4);
  });

  it('gives the mean of both and of their difference, over the steps in which both are known', () => {
    const queueDepth = series([null, null, ...new Array<number>(20).fill(7)]);
    const [queue] = calibrateAgainstRecording(recorded({ queueDepth }));
    // The load of the fixture is low in its first 110 s: nothing waits for the one worker.
    expect(queue).toMatchObject({ quantity: 'queueDepth', unit: 'runs', recorded: 7 });
    expect(queue?.simulated).toBeLessThan(3);
    expect(queue?.meanAbsoluteError).toBeGreaterThan(4);
    expect(queue?.meanAbsoluteError).toBeLessThanOrEqual(7);
  });

  it('leaves out what was not recorded, a series of nulls included', () => {
    expect(calibrateAgainstRecording(recorded({ queueDepth: constant(null) }))).toEqual([]);
  });

  it('has nothing to say where the evidence does not carry a simulation', () => {
    expect(calibrateAgainstRecording({ ...recorded({ queueDepth: constant(1) }), arrivals: {} })).toEqual([]);
  });

  it('gives the same every time', () => {
    const evidence = recorded({ queueDepth: constant(1), queueWaitP95Ms: constant(500) });
    expect(calibrateAgainstRecording(evidence)).toEqual(calibrateAgainstRecording(evidence));
  });
});
