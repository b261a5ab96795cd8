import { describe, expect, it } from 'vitest';
import { binIndex } from '../contracts/load-buckets.ts';
import { readLoad } from './read-load.ts';

const start = '2026-01-01T00:00:00.000Z';
const header = (startAt: string, schemaVersion = 1) =>
  JSON.stringify({ type: 'header', schemaVersion, startAt });
const series = (id: number, metric: string, outcome = 'ok') =>
  JSON.stringify({ type: 'series', id, metric, kind: 'trend', scenario: 'chat', endpoint: '', outcome });
const bucket = (atSeconds: number, id: number, samples: readonly number[]) =>
  JSON.stringify({
    type: 'bucket',
    atSeconds,
    values: [
      {
        id,
        count: samples.length,
        sum: samples.reduce((sum, value) => sum + value, 0),
        bins: samples.flatMap((value) => [binIndex(value), 1]),
      },
    ],
  });

describe('readLoad', () => {
  it('adds up lines of the same second', async () => {
    const load = await readLoad(
      [header(start), series(0, 'm'), bucket(3, 0, [10]), bucket(3, 0, [30])],
      start,
      'f',
    );
    expect(load.total('m', 'count', { from: 3, to: 4 })).toBe(2);
    expect(load.total('m', 'sum', { from: 0, to: 9 })).toBe(40);
    expect(load.durationSeconds).toBe(4);
  });

  it('merges runners whose series ids differ and whose clocks started apart', async () => {
    const one = [header(start), series(0, 'm'), bucket(5, 0, [100, 200])];
    const two = [header('2026-01-01T00:00:02.000Z'), series(7, 'm'), bucket(3, 7, [300, 400])];
    const load = await readLoad([...one, ...two], start, 'f');
    const merged = load.histogram('m', { from: 5, to: 6 }, { outcome: 'ok' });
    expect(merged.count).toBe(4);
    // Nearest rank of 100, 200, 300, 400; a bin's midpoint lies within 1 % of its samples.
    expect(Math.abs((merged.quantile(0.5) ?? 0) / 200 - 1)).toBeLessThan(0.01);
    expect(Math.abs((merged.quantile(1) ?? 0) / 400 - 1)).toBeLessThan(0.01);
  });

  it('tells failed from ok', async () => {
    const lines = [
      header(start),
      series(0, 'requests'),
      series(1, 'requests', 'cut'),
      bucket(0, 0, [1]),
      bucket(0, 1, [1, 1]),
    ];
    const load = await readLoad(lines, start, 'f');
    expect(load.total('requests', 'sum', { from: 0, to: 1 }, { outcome: 'failed' })).toBe(2);
  });

  it('counts samples of 0, which have no bin, and leaves stopped streams out of the failures', async () => {
    const zero = JSON.stringify({
      type: 'bucket',
      atSeconds: 0,
      values: [{ id: 0, count: 3, sum: 8, zeroCount: 2, bins: [binIndex(8), 1] }],
    });
    const lines = [
      header(start),
      series(0, 'gap'),
      series(1, 'requests', 'stopped'),
      zero,
      bucket(0, 1, [1]),
    ];
    const load = await readLoad(lines, start, 'f');
    expect(load.histogram('gap', { from: 0, to: 1 }).quantile(0.5)).toBe(0);
    expect(load.total('requests', 'sum', { from: 0, to: 1 }, { outcome: 'failed' })).toBe(0);
  });

  it('passes over a last line that a kill has cut', async () => {
    const load = await readLoad(
      [header(start), series(0, 'm'), bucket(1, 0, [5]), '{"type":"buck'],
      start,
      'f',
    );
    expect(load.total('m', 'count', { from: 0, to: 9 })).toBe(1);
    expect(load.isComplete).toBe(false);
  });

  it('refuses a broken line in the middle by its number', async () => {
    const lines = [header(start), '{"type":', series(0, 'm')];
    await expect(readLoad(lines, start, 'load.ndjson')).rejects.toMatchObject({
      code: 'BAD_RECORDING',
      message: 'load.ndjson:2 is no JSON',
    });
  });

  it('refuses a version it does not know by its number', async () => {
    await expect(readLoad([header(start, 9)], start, 'f')).rejects.toMatchObject({
      code: 'UNKNOWN_SCHEMA_VERSION',
    });
  });
});
