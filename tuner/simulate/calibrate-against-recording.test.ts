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
    for (const [first] of calibrationSeries(recorded({ replicas: { api: ready } }))) {
      expect(first?.simulated.values[0]).toBe(4);
    }
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
    const evidence = { ...recorded({ queueDepth: constant(null) }), latency: {} };
    expect(calibrateAgainstRecording(evidence)).toEqual([]);
  });

  it('holds the p95 of all requests of the run against the simulated one', () => {
    const evidence = recorded({});
    const { latency } = evidence;
    const found = calibrateAgainstRecording(evidence).filter(({ quantity }) =>
      quantity.endsWith('of all requests'),
    );
    expect(found.map(({ quantity, recorded }) => [quantity, recorded])).toEqual([
      ['chat timeToFirstTokenP95 of all requests', latency.chat?.timeToFirstTokenMs?.p95],
      ['workflow timeToFirstTokenP95 of all requests', latency.workflow?.timeToFirstTokenMs?.p95],
      ['queueWaitP95 of all requests', latency.workflow?.queueWaitMs?.p95],
    ]);
    for (const { recorded, simulatedLow = 0, simulatedHigh = 0 } of found) {
      // The fixture's latencies are of requests that waited for nothing, its load is more than its replicas carry.
      expect(simulatedLow).toBeGreaterThan(recorded);
      expect(simulatedHigh).toBeGreaterThan(simulatedLow);
    }
  });

  it('keeps within the limits that were in force', () => {
    const p95 = (limits?: Parameters<typeof calibrateAgainstRecording>[1]) =>
      calibrateAgainstRecording(recorded({}), limits).find(({ quantity }) => quantity.startsWith('chat time'))
        ?.simulated ?? 0;
    const llm = { schedulablePods: null, llmMaxConcurrentCalls: 1, llmCallsPerMinute: null };
    // What the model refuses fails at once: those that are served wait for nobody.
    expect(p95(llm)).toBeLessThan(p95() / 4);
  });

  it('ends with the load where that sent clients away that still waited, as none do in the simulation', () => {
    const lastSecond = (inFlight: Series) => {
      const evidence = { ...recorded({ inFlight: { chat: inFlight } }), loadEndSeconds: 122 };
      const [first] = calibrationSeries(evidence);
      return first?.find(({ quantity }) => quantity === 'chat inFlight')?.simulated.values.length;
    };
    const upTo = (count: number, atEnd: number) =>
      series(Array.from({ length: 50 }, (_, step) => (step < 20 ? count : step * 5 + 5 <= 122 ? atEnd : 0)));
    expect(lastSecond(upTo(40, 20))).toBe(122);
    // The last of them were answered just then.
    expect(lastSecond(upTo(40, 2))).toBe(Math.floor(recorded({}).durationSeconds));
  });

  it('has nothing to say where the evidence does not carry a simulation', () => {
    expect(calibrateAgainstRecording({ ...recorded({ queueDepth: constant(1) }), arrivals: {} })).toEqual([]);
  });

  it('tells what luck makes of the run: lowest and highest of ten draws, and their mean', () => {
    const evidence = recorded({ queueWaitP95Ms: constant(500) });
    const draws = calibrationSeries(evidence);
    expect(draws).toHaveLength(10);
    const [wait] = calibrateAgainstRecording(evidence);
    const means = draws.map(([series]) => {
      const known = (series?.simulated.values ?? []).slice(0, 50).flatMap((value) => value ?? []);
      return known.reduce((sum, value) => sum + value, 0) / known.length;
    });
    expect(wait?.simulatedLow).toBeCloseTo(Math.min(...means), 6);
    expect(wait?.simulatedHigh).toBeCloseTo(Math.max(...means), 6);
    expect(wait?.simulatedLow).toBeLessThan(wait?.simulated ?? 0);
    expect(wait?.simulated).toBeLessThan(wait?.simulatedHigh ?? 0);
  });

  it('holds usage against what was done when it was measured, not when it was told', () => {
    const usage = series(Array.from({ length: 50 }, (_, index) => (index < 22 ? 0.2 : 1)));
    const told = (usageLagSeconds: number) => {
      const evidence = recorded({ cpuUsageRatio: { api: usage } });
      const { api } = evidence.components;
      if (api === undefined) throw new Error('the fixture has an API');
      const components = { ...evidence.components, api: { ...api, usageLagSeconds } };
      const [first] = calibrationSeries({ ...evidence, components });
      return first?.find(({ quantity }) => quantity === 'api cpuUsageRatio')?.recorded.fromSeconds;
    };
    expect(told(0)).toBe(0);
    expect(told(4)).toBe(-4);
  });

  it('lets the autoscaler look when the recorded one did', () => {
    const firstRescales = (syncAtSeconds: number) => {
      const evidence = recorded({
        replicas: { api: { ready: constant(1), desired: constant(1), spec: constant(1) } },
      });
      const metricPipeline = {
        ...evidence.metricPipeline,
        resourceSampleAtSeconds: 4,
        syncAtSeconds: { api: syncAtSeconds },
      };
      return calibrationSeries({ ...evidence, metricPipeline }).map(([ready]) =>
        (ready?.simulated.values ?? []).findIndex((value) => value !== null && value > 1),
      );
    };
    // A sample of second 4 can be read at 8: a sync at 14 sees it, one at 6 has to wait until 21, in every draw.
    const soon = firstRescales(14);
    const late = firstRescales(6);
    expect(Math.min(...soon)).toBeGreaterThan(0);
    expect(late.map((at, index) => at - (soon[index] ?? 0))).toEqual(new Array(10).fill(7));
  });

  it('gives the same every time', () => {
    const evidence = recorded({ queueDepth: constant(1), queueWaitP95Ms: constant(500) });
    expect(calibrateAgainstRecording(evidence)).toEqual(calibrateAgainstRecording(evidence));
  });
});
