import { describe, expect, it } from 'vitest';
import { line } from './chart.ts';
import { recorded } from './recorded.ts';

const style = { label: 'queueDepth', color: 'workflow' } as const;

describe('line', () => {
  it('keeps every point of a series that fits the page', () => {
    const [drawn] = line(recorded('f', { fromSeconds: 10, stepSeconds: 5, values: [1, null, 3] }), style);
    expect(drawn).toMatchObject({ fromSeconds: 10, stepSeconds: 5, values: [1, null, 3] });
  });

  it('keeps the peak when it thins a long series', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => (index === 4711 ? 99 : 1));
    const [drawn] = line(recorded('f', { fromSeconds: 0, stepSeconds: 1, values }), style);
    expect(drawn?.values.length).toBeLessThanOrEqual(2400);
    const peak = drawn?.values.indexOf(99) ?? -1;
    expect(Math.abs(peak * (drawn?.stepSeconds ?? 0) - 4711)).toBeLessThan(drawn?.stepSeconds ?? 0);
  });

  it('draws nothing of a source that was silent', () => {
    expect(line(recorded('f', { fromSeconds: 0, stepSeconds: 1, values: [null, null] }), style)).toEqual([]);
    expect(line(recorded('f', null), style)).toEqual([]);
  });
});
