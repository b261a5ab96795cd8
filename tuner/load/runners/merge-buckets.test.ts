import { describe, expect, it } from 'vitest';
import { binIndex, type LoadLine } from '../../contracts/load-buckets.ts';
import { readLoad } from '../../derive/read-load.ts';
import { mergeBuckets } from './merge-buckets.ts';

const start = '2026-01-01T00:00:00.000Z';

const header = (startAt: string, runner = '0'): LoadLine => ({
  type: 'header',
  schemaVersion: 1,
  startAt,
  histogram: { scheme: 'log-linear', subBucketsPerOctave: 64 },
  runner,
});
const series = (
  id: number,
  metric: string,
  kind: 'trend' | 'counter' | 'gauge',
  outcome = 'ok',
): LoadLine => ({
  type: 'series',
  id,
  metric,
  kind,
  scenario: 'chat',
  endpoint: '',
  outcome,
});
const gauge = (atSeconds: number, id: number, last: number): LoadLine => ({
  type: 'bucket',
  atSeconds,
  values: [{ id, count: 1, sum: last, min: last, max: last, last }],
});

function trend(atSeconds: number, id: number, samples: readonly number[]): LoadLine {
  const counts = new Map<number, number>();
  for (const value of samples) counts.set(binIndex(value), (counts.get(binIndex(value)) ?? 0) + 1);
  const bins = [...counts].sort(([a], [b]) => a - b).flat();
  const sum = samples.reduce((total, value) => total + value, 0);
  return { type: 'bucket', atSeconds, values: [{ id, count: samples.length, sum, bins }] };
}

type Tagged = readonly [runner: number, line: LoadLine];

function merged(lines: readonly Tagged[], parallelism: number, offsets: readonly number[] = []): LoadLine[] {
  const merger = mergeBuckets(start, parallelism);
  return [
    merger.header,
    ...lines.flatMap(([runner, line]) => merger.add(runner, line, offsets[runner] ?? 0)),
  ];
}

const texts = (lines: readonly LoadLine[]) => lines.map((line) => JSON.stringify(line));

/** Deterministic samples of a latency that differs by second, 1–5,000 ms. */
function samplesOf(second: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => 1 + ((n * 7919 + second * 104_729) % 4999));
}

describe('mergeBuckets', () => {
  it('gives the histograms of one runner exactly, however the samples were dealt out', async () => {
    const one: LoadLine[] = [header(start), series(0, 'm', 'trend')];
    const dealt: Tagged[] = [0, 1, 2].flatMap((runner): Tagged[] => [
      [runner, header(start, String(runner))],
      // Ids differ from runner to runner: each numbers its series as they come.
      ...Array.from({ length: runner }, (_, id): Tagged => [runner, series(id, `other ${id}`, 'counter')]),
      [runner, series(runner, 'm', 'trend')],
    ]);
    for (let second = 0; second < 20; second++) {
      const samples = samplesOf(second, 300);
      one.push(trend(second, 0, samples));
      for (const runner of [0, 1, 2]) {
        dealt.push([
          runner,
          trend(
            second,
            runner,
            samples.filter((_, n) => n % 3 === runner),
          ),
        ]);
      }
    }
    const whole = await readLoad(texts(one), start, 'f');
    const parts = await readLoad(texts(merged(dealt, 3)), start, 'f');
    for (const range of [
      { from: 0, to: 20 },
      { from: 3, to: 7 },
    ]) {
      const [a, b] = [whole.histogram('m', range), parts.histogram('m', range)];
      expect(b.count).toBe(a.count);
      expect(b.distribution()).toEqual(a.distribution());
      for (const ratio of [0.01, 0.5, 0.9, 0.95, 0.99, 1]) expect(b.quantile(ratio)).toBe(a.quantile(ratio));
    }
    expect(parts.total('m', 'sum', { from: 0, to: 20 })).toBe(whole.total('m', 'sum', { from: 0, to: 20 }));
  });

  it('reads like the files of the runners one after the other, when they began apart', async () => {
    const beginnings = ['2026-01-01T00:00:01.300Z', '2026-01-01T00:00:04.900Z'];
    const files = beginnings.map((startAt, runner): LoadLine[] => [
      header(startAt),
      series(0, 'm', 'trend'),
      ...[0, 1, 2, 3].map((second) => trend(second, 0, samplesOf(second + runner, 40))),
    ]);
    const tagged = files.flatMap((lines, runner) => lines.map((line): Tagged => [runner, line]));
    const behind = await readLoad(files.flatMap(texts), start, 'f');
    const beside = await readLoad(texts(merged(tagged, 2)), start, 'f');
    for (let second = 0; second < 10; second++) {
      const range = { from: second, to: second + 1 };
      expect(beside.histogram('m', range).distribution()).toEqual(
        behind.histogram('m', range).distribution(),
      );
    }
    // Second 3 of a runner that began at 4.9 s is second 7 of the run.
    expect(beside.histogram('m', { from: 7, to: 8 }).count).toBe(40);
  });

  it('puts a clock right that goes wrong', async () => {
    const lines: Tagged[] = [
      [0, header('2026-01-01T00:01:05.000Z')],
      [0, series(0, 'm', 'trend')],
      [0, trend(2, 0, [5])],
    ];
    const load = await readLoad(texts(merged(lines, 1, [-60])), start, 'f');
    expect(load.histogram('m', { from: 7, to: 8 }).count).toBe(1);
  });

  it('adds gauges up over the runners, without those that were lost', () => {
    const merger = mergeBuckets(start, 2);
    const add = (runner: number, line: LoadLine) => merger.add(runner, line, 0);
    for (const runner of [0, 1]) {
      add(runner, header(start));
      add(runner, series(0, 'active_streams', 'gauge', ''));
    }
    const last = (lines: LoadLine[]) => (lines[0]?.type === 'bucket' ? lines[0].values[0]?.last : null);
    expect(last(add(0, gauge(1, 0, 7)))).toBe(7);
    expect(last(add(1, gauge(1, 0, 5)))).toBe(12);
    expect(last(add(0, gauge(2, 0, 9)))).toBe(14);
    merger.lose(1);
    expect(last(add(0, gauge(3, 0, 8)))).toBe(8);
  });

  it('ends when the last runner has ended, and not when one never does', () => {
    const footer = (endedAt: string): LoadLine => ({ type: 'footer', endedAt, droppedSamples: 2 });
    const begin: Tagged[] = [0, 1].map((runner) => [runner, header(start)]);
    const first: Tagged = [1, footer('2026-01-01T00:00:09.000Z')];
    expect(merged([...begin, first], 2).some(({ type }) => type === 'footer')).toBe(false);
    expect(merged([...begin, first, [0, footer('2026-01-01T00:00:08.000Z')]], 2).at(-1)).toEqual({
      type: 'footer',
      endedAt: '2026-01-01T00:00:09.000Z',
      droppedSamples: 4,
    });
  });

  it('takes header and series that come again: a log is read from its middle as well', () => {
    const merger = mergeBuckets(start, 1);
    const begin = [header(start), series(0, 'm', 'trend')];
    const lines = [...begin, trend(1, 0, [5]), ...begin, trend(2, 0, [5])];
    const written = lines.flatMap((line) => merger.add(0, line, 0));
    expect(written.map(({ type }) => type)).toEqual(['series', 'bucket', 'bucket']);
  });

  it('counts values whose series is not known, and writes nothing for them', () => {
    const merger = mergeBuckets(start, 1);
    expect(merger.add(0, trend(1, 4, [5]), 0)).toEqual([]);
    expect(merger.unknownValues()).toBe(1);
  });
});
