import { describe, expect, it } from 'vitest';
import { binIndex } from '../contracts/load-buckets.ts';
import { startLiveLoad } from './live-load.ts';

const header = {
  type: 'header',
  schemaVersion: 1,
  startAt: '2026-11-22T21:00:00.000Z',
  histogram: { scheme: 'log-linear', subBucketsPerOctave: 64 },
  runner: '0',
};
const series = (id: number, metric: string, kind: string, outcome = '') => ({
  type: 'series',
  id,
  metric,
  kind,
  scenario: 'chat',
  endpoint: '',
  outcome,
});
const bucket = (atSeconds: number, ...values: object[]) => ({ type: 'bucket', atSeconds, values });

function watch(...lines: (object | string)[]) {
  const live = startLiveLoad();
  for (const line of lines) live.see(typeof line === 'string' ? line : JSON.stringify(line));
  return live;
}

describe('startLiveLoad', () => {
  const setUp = [
    header,
    series(0, 'requests_started', 'counter'),
    series(1, 'requests', 'counter', 'ok'),
    series(2, 'requests', 'counter', 'http_500'),
    series(3, 'requests', 'counter', 'stopped'),
    series(4, 'time_to_first_token_ms', 'trend', 'ok'),
    series(5, 'active_streams', 'gauge'),
    series(6, 'dropped_iterations', 'counter'),
  ];

  it('says nothing before the first second', () => {
    expect(watch().startAt()).toBeNull();
    expect(watch(...setUp).startAt()).toBe(header.startAt);
    expect(watch(...setUp).latest()).toBeNull();
  });

  it('adds up the last seconds and merges their histograms', () => {
    const live = watch(
      ...setUp,
      bucket(1, { id: 0, count: 1, sum: 6 }, { id: 4, count: 95, sum: 0, bins: [binIndex(200), 95] }),
      bucket(2, { id: 0, count: 1, sum: 2 }, { id: 5, count: 1, sum: 7, last: 7 }),
      bucket(2, { id: 1, count: 1, sum: 6 }, { id: 2, count: 1, sum: 2 }, { id: 3, count: 1, sum: 2 }),
      bucket(2, { id: 4, count: 5, sum: 0, bins: [binIndex(900), 5] }, { id: 6, count: 1, sum: 3 }),
    );
    const latest = live.latest();
    expect(latest).toMatchObject({
      atSeconds: 2,
      arrivalsPerSecond: 4,
      completionsPerSecond: 5,
      activeStreams: 7,
      errorRatio: 0.2,
      droppedIterations: 3,
    });
    // Rank 95 of 100 is the last of the 95 at 200 ms; a bin is within 1/128 of its samples.
    expect(latest?.timeToFirstTokenP95Ms).toBeGreaterThan(198);
    expect(latest?.timeToFirstTokenP95Ms).toBeLessThan(202);
  });

  it('takes later messages of a conversation for no arrivals of the plan', () => {
    const next = { ...series(7, 'requests_started', 'counter'), endpoint: 'chat-messages-next' };
    const both = bucket(2, { id: 0, count: 1, sum: 3 }, { id: 7, count: 1, sum: 9 });
    const live = watch(...setUp, next, both);
    expect(live.firstStarts()).toEqual([0, 0, 3]);
    expect(live.latest()?.arrivalsPerSecond).toBe(12);
  });

  it('forgets what is older than its window', () => {
    const old = bucket(0, { id: 0, count: 1, sum: 1000 });
    const young = Array.from({ length: 10 }, (_, index) => bucket(index + 1, { id: 0, count: 1, sum: 5 }));
    expect(watch(...setUp, old, ...young).latest()?.arrivalsPerSecond).toBe(5);
  });

  it('is not misled by samples that come late', () => {
    const seconds = Array.from({ length: 30 }, (_, index) => bucket(index, { id: 0, count: 1, sum: 5 }));
    const late = [bucket(3, { id: 1, count: 1, sum: 9 }), bucket(25, { id: 2, count: 1, sum: 4 })];
    const latest = watch(...setUp, ...seconds, ...late).latest();
    expect(latest).toMatchObject({ atSeconds: 29, arrivalsPerSecond: 5, completionsPerSecond: 0.4 });
  });

  it('passes over a line that it cannot read', () => {
    expect(watch(...setUp, '{"type":"buck', bucket(1, { id: 0, count: 1, sum: 3 })).latest()).toMatchObject({
      arrivalsPerSecond: 3,
      errorRatio: null,
      timeToFirstTokenP95Ms: null,
      activeStreams: null,
    });
  });
});
