import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReplayStages, replayStages } from './replay-stages.ts';

/**
 * When k6 starts its iterations, written down from k6 v2.2.0, lib/executor/ramping_arrival_rate.go (cal), for one
 * runner: in nanoseconds, with its own order of floating-point operations.
 */
function startsOfK6({ timeUnit, startRate, stages }: ReplayStages): number[] {
  const seconds = (text: string) =>
    text.endsWith('ns') ? Number(text.slice(0, -2)) : Number(text.slice(0, -1)) * 1e9;
  const unit = seconds(timeUnit);
  const starts: number[] = [];
  let from = startRate / unit;
  let [i, doneSoFar, endCount, stageStart] = [1, 0, 0, 0];
  for (const stage of stages) {
    const to = stage.target / unit;
    const duration = seconds(stage.duration);
    if (from !== to) {
      endCount += duration * ((to - from) / 2 + from);
      for (; i <= endCount; i++) {
        const root = Math.sqrt(
          Math.max(0, duration * (from * from * duration + 2 * (i - doneSoFar) * (to - from))),
        );
        starts.push(Math.trunc((from * duration - root) / (from - to)) + stageStart);
      }
    } else {
      endCount += duration * to;
      for (; i <= endCount; i++) starts.push(Math.trunc((i - doneSoFar) / to) + stageStart);
    }
    doneSoFar = endCount;
    from = to;
    stageStart += duration;
  }
  return starts.map((nanoseconds) => nanoseconds / 1e9);
}

/** The longest gap before an arrival sets how finely its rate can be said. */
const allowedSeconds = (gapSeconds: number) => 1e-6 + 1e-6 * gapSeconds ** 2;

describe('replayStages', () => {
  it('has k6 start at the very moments of a trace, after bursts and silences alike', () => {
    const moments = [0.25, 0.2504, 3.3, 3.3, 3.3, 3.31, 40, 40.001, 101.5];
    const starts = startsOfK6(replayStages(moments));
    expect(starts).toHaveLength(moments.length);
    // Those at one moment follow each other by 0.1 ms.
    const expected = [0.25, 0.2504, 3.3, 3.3001, 3.3002, 3.31, 40, 40.001, 101.5];
    for (const [index, moment] of expected.entries()) {
      const gap = moment - (expected[index - 1] ?? 0);
      expect(Math.abs((starts[index] ?? Number.NaN) - moment)).toBeLessThan(allowedSeconds(gap));
    }
  });

  it('does so for any trace, however long', () => {
    const gaps = fc.array(
      fc.oneof(
        fc.double({ min: 0.0001, max: 0.05, noNaN: true }),
        fc.double({ min: 0.05, max: 30, noNaN: true }),
      ),
      {
        minLength: 1,
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(gaps, (lengths) => {
        let at = 0;
        const moments = lengths.map((length) => (at += length));
        const starts = startsOfK6(replayStages(moments));
        expect(starts).toHaveLength(moments.length);
        for (const [index, moment] of moments.entries()) {
          const around = Math.max(lengths[index] ?? 0, lengths[index + 1] ?? 0, 0.5);
          expect(Math.abs((starts[index] ?? Number.NaN) - moment)).toBeLessThan(allowedSeconds(around));
        }
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('loses and adds none over twenty thousand arrivals', () => {
    let at = 0;
    const moments = Array.from({ length: 20_000 }, (_, index) => (at += 0.05 + 0.2 * ((index * 0.618) % 1)));
    const { dueSeconds, ...stages } = replayStages(moments);
    const starts = startsOfK6({ dueSeconds, ...stages });
    expect(starts).toHaveLength(moments.length);
    expect(Math.max(...starts.map((start, index) => Math.abs(start - (moments[index] ?? 0))))).toBeLessThan(
      2e-6,
    );
    expect(
      Math.max(...starts.map((start, index) => Math.abs(start - (dueSeconds[index] ?? 0)))),
    ).toBeLessThan(2e-6);
  });
});
