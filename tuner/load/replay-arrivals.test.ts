import { describe, expect, it } from 'vitest';
import type { ReplayShape } from '../contracts/shape.ts';
import { planReplay } from './plan-replay.ts';
import type { TraceRow } from './read-trace.ts';
import { replayArrivals } from './replay-arrivals.ts';

const rowsAt = (...moments: number[]): TraceRow[] =>
  moments.map((atSeconds, index) => ({ atSeconds, promptTokens: 10 + index, answerTokens: 100 + index }));
const even = rowsAt(...Array.from({ length: 1000 }, (_, index) => index));
const shape = (more: Partial<ReplayShape> = {}): ReplayShape => ({
  traceFile: 't.csv',
  from: 0,
  speedup: 1,
  rateScale: 1,
  ...more,
});
const moments = (arrivals: readonly TraceRow[]) => arrivals.map(({ atSeconds }) => atSeconds);

describe('replayArrivals', () => {
  it('plays a part of the trace from its own second 0', () => {
    const { arrivals, durationSeconds } = replayArrivals(
      rowsAt(0, 5, 7, 12, 20),
      shape({ from: 5, duration: 10 }),
      1,
    );
    expect(moments(arrivals)).toEqual([0, 2, 7]);
    expect(durationSeconds).toBe(10);
    expect(arrivals.map(({ promptTokens }) => promptTokens)).toEqual([11, 12, 13]);
  });

  it('plays faster with the same requests', () => {
    const { arrivals, durationSeconds } = replayArrivals(rowsAt(0, 6, 60), shape({ speedup: 6 }), 1);
    expect(moments(arrivals)).toEqual([0, 1, 10]);
    expect(durationSeconds).toBe(10);
  });

  it('leaves out arrivals by lot, the same for the same seed', () => {
    const half = (seed: number) => moments(replayArrivals(even, shape({ rateScale: 0.5 }), seed).arrivals);
    // Binomial, 1000 of 1/2: standard deviation 15.8; 4 of them.
    expect(Math.abs(half(1).length - 500)).toBeLessThan(64);
    expect(half(1)).toEqual(half(1));
    expect(half(1)).not.toEqual(half(2));
  });

  it('repeats arrivals before the next one comes, so that bursts stay bursts', () => {
    const { arrivals } = replayArrivals(rowsAt(0, 1, 100), shape({ rateScale: 3 }), 1);
    expect(arrivals).toHaveLength(9);
    const copies = arrivals.filter(({ promptTokens }) => promptTokens === 10);
    expect(copies).toHaveLength(3);
    expect(Math.max(...moments(copies))).toBeLessThan(1);
    expect(moments(arrivals)).toEqual([...moments(arrivals)].sort((a, b) => a - b));
  });

  it('makes one and a half times as many of one and a half', () => {
    const { arrivals } = replayArrivals(even, shape({ rateScale: 1.5 }), 1);
    expect(Math.abs(arrivals.length - 1500)).toBeLessThan(64);
  });

  it('says when nothing is left to play, and when there is too much', () => {
    expect(() => replayArrivals(even, shape({ from: 2000 }), 1)).toThrow(
      'no arrival of t.csv is left from 2000 s',
    );
    expect(() => replayArrivals(even, shape({ rateScale: 1000 }), 1)).toThrow('makes 1000000 arrivals');
  });
});

describe('planReplay', () => {
  const replay = replayArrivals(even, shape(), 1);

  it('deals arrivals out by the shares of the mix, each one once', () => {
    const dealt = planReplay(replay, { chat: 3, workflow: 1, indexing: 0 }, 7);
    const [chat = [], workflow = []] = [dealt.chat?.arrivals, dealt.workflow?.arrivals];
    expect(Object.keys(dealt).sort()).toEqual(['chat', 'workflow']);
    expect(chat.length + workflow.length).toBe(1000);
    // Binomial, 1000 of 3/4: standard deviation 13.7; 4 of them.
    expect(Math.abs(chat.length - 750)).toBeLessThan(55);
    expect(new Set([...chat, ...workflow]).size).toBe(1000);
  });

  it('tells the mean rates of stretches that make up the whole', () => {
    const { chat } = planReplay(replay, { chat: 1, workflow: 0, indexing: 0 }, 7);
    const seconds = chat?.stages.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    expect(seconds).toBeCloseTo(999, 6);
    const area = chat?.stages.reduce(
      (sum, stage) => sum + stage.durationSeconds * stage.arrivalsPerSecond,
      0,
    );
    expect(area).toBeCloseTo(1000, 6);
    expect(chat?.stages.filter(({ durationSeconds }) => durationSeconds > 0)).toHaveLength(24);
  });
});
