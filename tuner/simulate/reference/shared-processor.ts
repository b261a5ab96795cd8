import type { EventQueue } from './event-queue.ts';

/** One process whose CPU is shared evenly by all jobs on it (processor sharing). */
export interface SharedProcessor {
  /** @param seconds of CPU at full speed */
  readonly run: (seconds: number, done: () => void) => void;
  /** Seconds in which it was busy so far. */
  readonly busySeconds: () => number;
}

interface Job {
  readonly finishesAtWork: number;
  readonly done: () => void;
}

/**
 * @param speed of the process: 0.5 for one that may use half a core
 */
export function createSharedProcessor(events: EventQueue, speed: number): SharedProcessor {
  const jobs: Job[] = [];
  /** Work that each job present has received, in seconds at full speed. */
  let work = 0;
  let busy = 0;
  let since = 0;
  let version = 0;

  const advance = () => {
    const elapsed = events.now() - since;
    if (jobs.length > 0) {
      work += (elapsed * speed) / jobs.length;
      busy += elapsed;
    }
    since = events.now();
  };
  const schedule = () => {
    version++;
    if (jobs.length === 0) return;
    const planned = version;
    const first = jobs.reduce(
      (least, { finishesAtWork }) => Math.min(least, finishesAtWork),
      Number.POSITIVE_INFINITY,
    );
    const wait = (Math.max(0, first - work) * jobs.length) / speed;
    events.add(events.now() + wait, () => {
      if (planned !== version) return;
      advance();
      const finished = jobs.filter(({ finishesAtWork }) => finishesAtWork <= work + 1e-9);
      for (const job of finished) jobs.splice(jobs.indexOf(job), 1);
      schedule();
      for (const { done } of finished) done();
    });
  };
  return {
    run(seconds, done) {
      advance();
      jobs.push({ finishesAtWork: work + seconds, done });
      schedule();
    },
    busySeconds() {
      advance();
      return busy;
    },
  };
}
