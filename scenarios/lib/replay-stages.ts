/** What of ramping-arrival-rate makes arrivals come at given moments. */
export interface ReplayStages {
  readonly timeUnit: string;
  readonly startRate: number;
  readonly stages: { readonly duration: string; readonly target: number }[];
  /** Since the start, as k6 will compute them. */
  readonly dueSeconds: number[];
}

/** k6 takes whole numbers as rates; the longer the unit, the finer they are. */
const timeUnitSeconds = 10_000_000;
const nanoseconds = 1e9;
/** Arrivals closer than this follow each other at it: a rate has to be finite. */
const shortestGapNanoseconds = 100_000;
const tailSeconds = 1;

/**
 * Stages under which k6 starts its iterations at the very moments of a trace.
 *
 * k6 starts arrival n when the area under the rate reaches n + 1. So between two moments the rate is what makes the
 * area grow by one: a jump and a stage for each gap. Rates are rounded; each stage makes up for what the ones before
 * it left over, with the same floating-point sums as k6 makes.
 *
 * Error: at most 0.5 µs for each second of the gap before, squared: 0.05 ms after 10 s of silence, 5 ms after 100 s.
 *
 * @param moments seconds since the start, ascending; at least one
 * @see k6 v2.2.0, lib/executor/ramping_arrival_rate.go, cal
 */
export function replayStages(moments: ArrayLike<number>): ReplayStages {
  const unit = timeUnitSeconds * nanoseconds;
  const stages: ReplayStages['stages'] = [];
  const dueSeconds: number[] = [];
  let at = 0;
  let area = 0;
  let startRate = 0;
  for (let arrival = 0; arrival < moments.length; arrival++) {
    const due = Math.max(Math.round((moments[arrival] ?? 0) * nanoseconds), at + shortestGapNanoseconds);
    const duration = due - at;
    const target = Math.max(1, Math.round(((arrival + 1 - area) / duration) * unit));
    if (arrival === 0) startRate = target;
    else stages.push({ duration: '0s', target });
    stages.push({ duration: `${duration}ns`, target });
    const rate = target / unit;
    dueSeconds.push((at + (arrival + 1 - area) / rate) / nanoseconds);
    area += duration * rate;
    at = due;
  }
  // The last arrival is due at the end of its stage, give or take a rounding, and k6 starts none at the very end.
  const tail = Math.round(0.5 * timeUnitSeconds);
  stages.push({ duration: '0s', target: tail }, { duration: `${tailSeconds}s`, target: tail });
  return { timeUnit: `${timeUnitSeconds}s`, startRate, stages, dueSeconds };
}
