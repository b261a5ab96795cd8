import type { Scheduler, Timer } from '../model/scheduler.ts';

/** How often Dify pings a silent stream. */
export const pingEveryMs = 10_000;

/** Pings every 10 s of a run, talk or silence, until cancelled. */
export function startPings(scheduler: Scheduler, ping: () => void): Timer {
  let timer = scheduler.after(pingEveryMs, beat);
  function beat(): void {
    timer = scheduler.after(pingEveryMs, beat);
    ping();
  }
  return { cancel: () => timer.cancel() };
}
