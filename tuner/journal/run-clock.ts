/** The run's own time: seconds since its start, negative before it. */
export interface RunClock {
  readonly startAt: Date;
  /** Seconds since run start, to the millisecond; never goes back, whatever is done to the wall clock. */
  nowSeconds(): number;
  /** The same for a moment somebody else stamped, such as an API object's timestamp. */
  secondsAt(moment: string | Date): number;
}

/** @param monotonicMs a clock that never goes back; only tests pass one */
export function startClock(startAt = new Date(), monotonicMs = () => performance.now()): RunClock {
  const origin = monotonicMs();
  return {
    startAt,
    nowSeconds: () => Math.round(monotonicMs() - origin) / 1000,
    secondsAt: (moment) => Math.round(new Date(moment).getTime() - startAt.getTime()) / 1000,
  };
}
