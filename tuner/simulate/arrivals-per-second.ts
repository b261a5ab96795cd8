import type { RequestClass } from '../contracts/component.ts';
import type { Evidence } from '../contracts/evidence.ts';

/**
 * Recorded arrivals of each second in [from, to).
 *
 * A series with a longer step is taken to be even within it; an unknown value counts as none.
 */
export function arrivalsPerSecond(
  evidence: Evidence,
  name: RequestClass,
  from: number,
  to: number,
): Float64Array {
  const series = evidence.arrivals[name];
  return Float64Array.from({ length: Math.max(0, to - from) }, (_, second) => {
    if (series === undefined) return 0;
    const index = Math.floor((from + second - series.fromSeconds) / series.stepSeconds);
    return series.values[index] ?? 0;
  });
}
