import { describe, expect, it } from 'vitest';
import { LoadRecording, LoadSeries } from './load-recording.ts';
import type { Observation } from './observation.ts';
import { StepFunction } from './step-function.ts';
import { isPresent, workDone, workRate } from './work-done.ts';

/** Counts of each second, by metric; those of trends are counts of samples. */
type Counts = Record<string, readonly number[]>;

function observation(counts: Counts, inFlight: readonly number[] = []): Observation {
  const load = new LoadRecording();
  for (const [metric, values] of Object.entries(counts)) {
    const series = new LoadSeries({
      metric,
      scenario: 'chat',
      endpoint: '',
      outcome: metric === 'requests_started' ? '' : 'ok',
    });
    for (const [second, value] of values.entries()) {
      series.counts.add(second, value);
      series.sums.add(second, value);
    }
    load.series.push(series);
    load.durationSeconds = Math.max(load.durationSeconds, values.length);
  }
  const ready = new StepFunction();
  ready.add(-1, 2);
  return {
    load,
    ready: new Map([['api', ready]]),
    inFlight: new Map([['chat', Float64Array.from(inFlight)]]),
  } as unknown as Observation;
}

const options = { component: 'api', slotsPerReplica: null, ratioBefore: 0.6 } as const;

describe('workRate', () => {
  // Ten requests begin in second 1, get their first token in 2 and end in 3.
  const seen = observation(
    { requests_started: [0, 10, 0, 0], time_to_first_token_ms: [0, 0, 10, 0], requests: [0, 0, 0, 10] },
    [0, 10, 10, 0],
  );
  const work = workDone(seen, 'chat', options);

  it('is over the whole of what requests went through the requests themselves', () => {
    expect(workRate(work, { from: 0, to: 4 })).toBeCloseTo(10 / 4, 9);
  });

  it('is half of each stage where a window ends within it', () => {
    // Up to the end of second 1 all have begun: half of the 60 % before the first token.
    expect(workRate(work, { from: 0, to: 2 })).toBeCloseTo((10 * 0.3) / 2, 9);
    // In second 2 the other half of it, and half of the 40 % after it.
    expect(workRate(work, { from: 2, to: 3 })).toBeCloseTo(10 * (0.3 + 0.2), 9);
  });

  it('knows nothing of seconds before the run', () => {
    expect(workRate(work, { from: -5, to: 2 })).toBeCloseTo((10 * 0.3) / 7, 9);
  });

  it('is half at the beginning and half at the end for answers without tokens', () => {
    const blocking = observation({ requests_started: [10, 0], requests: [0, 10] }, [10, 0]);
    expect(workRate(workDone(blocking, 'chat', options), { from: 0, to: 1 })).toBeCloseTo(5, 9);
  });
});

describe('workDone', () => {
  it('takes a request for begun at the API when it has a slot', () => {
    // Twelve come at once; two replicas of two slots hold four, and four more as four end.
    const seen = observation(
      { requests_started: [12, 0, 0], time_to_first_token_ms: [4, 4, 4], requests: [0, 4, 4] },
      [12, 8, 4],
    );
    expect([...workDone(seen, 'chat', { ...options, slotsPerReplica: 2 }).begun]).toEqual([4, 8, 12]);
    expect([...workDone(seen, 'chat', options).begun]).toEqual([12, 12, 12]);
  });

  it('takes a run for begun on a worker when it says that it has started', () => {
    const seen = observation({
      queue_wait_ms: [0, 3, 1],
      time_to_first_token_ms: [0, 0, 3],
      requests: [0, 0, 2],
    });
    expect([...workDone(seen, 'chat', { ...options, component: 'worker' }).begun]).toEqual([0, 3, 4]);
  });

  it('counts documents from their creation to when they are indexed', () => {
    const seen = observation({ requests_started: [4, 0], documents: [0, 4] });
    for (const { tags } of seen.load.series) Object.assign(tags, { scenario: 'indexing' });
    expect(workRate(workDone(seen, 'indexing', options), { from: 0, to: 1 })).toBeCloseTo(2, 9);
  });

  it('is not there where nothing came to an end', () => {
    expect(isPresent(workDone(observation({ requests_started: [3, 3] }, [3, 6]), 'chat', options))).toBe(
      false,
    );
  });
});
