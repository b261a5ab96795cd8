import type { RunClock } from '../journal/run-clock.ts';

/** An object's timestamp in run time; null for one it does not carry. */
export function stampSeconds(clock: RunClock, stamp: string | null | undefined): number | null {
  return stamp === null || stamp === undefined ? null : clock.secondsAt(stamp);
}

/** A watch tells of a change within milliseconds, its stamp is cut to whole seconds. */
const stampResolutionSeconds = 1;
const watchDelaySeconds = 0.2;

/**
 * When something happened that was stamped to the second and seen a little later: the moment it was seen where
 * the two agree, else (seen late, or before the run, or by another clock) the stamp.
 *
 * @example happenedAt(12, 12.43) // 12.43
 * @example happenedAt(-300, 0.1) // -300
 */
export function happenedAt(stamp: number | null, seen: number): number {
  if (stamp === null) return seen;
  const isFresh = seen >= stamp && seen <= stamp + stampResolutionSeconds + watchDelaySeconds;
  return isFresh ? seen : stamp;
}

/**
 * A Go duration in seconds.
 *
 * @returns null when the text is none
 * @example goDurationSeconds('1m0.5s') // 60.5
 */
export function goDurationSeconds(text: string): number | null {
  const units: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 0.001, s: 1, m: 60, h: 3600 };
  const pairs = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (pairs.length === 0 || pairs.map(([pair]) => pair).join('') !== text) return null;
  return pairs.reduce((sum, [, amount, unit = 's']) => sum + Number(amount) * (units[unit] ?? 1), 0);
}
