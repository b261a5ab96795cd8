import type { Scheduler } from './scheduler.ts';

/** Lets real time drive a scheduler, and lets what comes from outside in at the right moment. */
export interface RealTime {
  /** Plays what is due, then `action`: the way every request, message and pod event enters the model. */
  input(action: () => void): void;
  stop(): void;
}

/** Events due within one wake-up are sent together: at most this much later than calculated. */
const wakeUpMs = 2;

/** @param speed virtual milliseconds in a real one; above 1 only in tests */
export function startRealTime(scheduler: Scheduler, speed = 1): RealTime {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let dueMs = Number.POSITIVE_INFINITY;
  let stopped = false;

  const virtualNow = () => (performance.now() - startedAt) * speed;
  const play = () => {
    scheduler.advanceTo(virtualNow());
    const nextMs = scheduler.nextAtMs();
    if (stopped || nextMs === undefined || (timer && nextMs >= dueMs)) return;
    clearTimeout(timer);
    dueMs = nextMs;
    timer = setTimeout(wake, Math.max(wakeUpMs, (nextMs - virtualNow()) / speed));
  };
  const wake = () => {
    timer = undefined;
    dueMs = Number.POSITIVE_INFINITY;
    play();
  };

  return {
    input(action) {
      if (stopped) return;
      scheduler.advanceTo(virtualNow());
      action();
      play();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
