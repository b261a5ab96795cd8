import { randomOf } from '../../scenarios/lib/random.ts';
import type { ReplayShape } from '../contracts/shape.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { TraceRow } from './read-trace.ts';

/** k6 holds a stage for each, and the plan a line: beyond this both get slow. */
const mostArrivals = 500_000;

/** The arrivals of a replay, in its own time. */
export interface Replay {
  readonly durationSeconds: number;
  readonly arrivals: readonly TraceRow[];
}

/**
 * A part of a trace, faster or slower, with more or fewer arrivals.
 *
 * Fewer: each arrival stays with the probability `rateScale`. More: each is repeated, the repeats at random moments
 * up to the next arrival, so that bursts stay bursts. Both by lot, the same for the same seed.
 *
 * @throws TuneError EMPTY_REPLAY when no arrival is left, TOO_MANY_ARRIVALS
 */
export function replayArrivals(rows: readonly TraceRow[], shape: ReplayShape, seed: number): Replay {
  const { from, duration, speedup, rateScale } = shape;
  const until = duration === undefined ? Number.POSITIVE_INFINITY : from + duration;
  const part = rows.filter(({ atSeconds }) => atSeconds >= from && atSeconds < until);
  if (part.length * rateScale > mostArrivals) throw tooMany(part.length * rateScale, shape);
  const scaled = part.flatMap((row, index) =>
    repeated(row, part[index + 1] ?? row, { rateScale, seed, index }),
  );
  if (scaled.length === 0) throw emptyReplay(rows, shape);
  const arrivals = scaled
    .sort((a, b) => a.atSeconds - b.atSeconds)
    .map((row) => ({ ...row, atSeconds: (row.atSeconds - from) / speedup }));
  const lastSeconds = arrivals.at(-1)?.atSeconds ?? 0;
  return { arrivals, durationSeconds: duration === undefined ? lastSeconds : duration / speedup };
}

function repeated(
  row: TraceRow,
  next: TraceRow,
  { rateScale, seed, index }: { rateScale: number; seed: number; index: number },
): TraceRow[] {
  const random = randomOf(seed, 'replay', index);
  const count = Math.floor(rateScale) + (random() < rateScale % 1 ? 1 : 0);
  return Array.from({ length: count }, (_, copy) => ({
    ...row,
    atSeconds: copy === 0 ? row.atSeconds : row.atSeconds + random() * (next.atSeconds - row.atSeconds),
  }));
}

function emptyReplay(rows: readonly TraceRow[], { from, duration, traceFile }: ReplayShape): TuneError {
  const length = (rows.at(-1)?.atSeconds ?? 0).toFixed(0);
  return new TuneError({
    code: 'EMPTY_REPLAY',
    message: `the replay makes no load: no arrival of ${traceFile} is left from ${from} s${duration === undefined ? '' : ` for ${duration} s`}`,
    why: `the trace lasts ${length} s and holds ${rows.length} requests; \`rateScale\` leaves some of them out`,
    next: 'change `from`, `duration` or `rateScale` under shape.replay of the profile',
    exitCode: exitCodes.usage,
  });
}

function tooMany(count: number, { traceFile }: ReplayShape): TuneError {
  return new TuneError({
    code: 'TOO_MANY_ARRIVALS',
    message: `the replay of ${traceFile} makes ${Math.round(count)} arrivals, and at most ${mostArrivals} can be replayed`,
    why: 'k6 is given the moment of each of them before it starts',
    next: 'play a part of the trace (`from`, `duration`), or set a lower `rateScale`',
    exitCode: exitCodes.usage,
  });
}
