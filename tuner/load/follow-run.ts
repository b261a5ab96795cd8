import { join } from 'node:path';
import type { LoadPlan } from '../contracts/load-plan.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { runFiles } from '../contracts/run-folder.ts';
import { openNdjson } from '../journal/ndjson-writer.ts';
import type { RunClock } from '../journal/run-clock.ts';
import { estimateStartDelaySeconds } from './estimate-load-start.ts';
import { followLines } from './follow-lines.ts';
import { type LiveLoadView, startLiveLoad } from './live-load.ts';
import { plannedMarks, plannedSeconds } from './load-marks.ts';
import type { LoadRunOptions } from './load-run.ts';

export interface FollowRunOptions extends Pick<LoadRunOptions, 'plan' | 'runFolder' | 'clock' | 'onBucket'> {
  /** The plan's second 0 where somebody else knows it, in seconds since run start; null: not yet. */
  readonly knownStart?: () => number | null;
  /** Marks can no longer be written, or the load no longer be read. */
  readonly onFailure: (thrown: unknown) => void;
}

export interface FollowedRun {
  /** The plan's second 0 in seconds since run start; null: k6 has written nothing yet. */
  startSeconds(): number | null;
  /** Reads what is left and writes the last mark. */
  end(mark: Extract<RunEvent, { type: 'load' }>): void;
  close(): void;
}

const followEveryMs = 500;
/** So many seconds of arrivals tell when the plan began; marks wait for them. */
const settledAfterSeconds = 5;

/** Reads along while k6 writes: marks when their time has come, and something to see. */
export function followRun(options: FollowRunOptions): FollowedRun {
  const { plan, runFolder, clock, onBucket, onFailure, knownStart } = options;
  const lines = followLines(join(runFolder, runFiles.load));
  const events = openNdjson(join(runFolder, runFiles.events));
  const live = startLiveLoad();
  const startSeconds = knownStart ?? rememberedStart(plan, live, clock);
  const writeMarks = pendingMarks(plan, clock, (mark) => events.write(mark));
  const show = showing(plan, live, { clock, onBucket });

  const follow = (isLast: boolean) => {
    for (const line of lines.read()) live.see(line);
    const start = startSeconds();
    if (start === null) return;
    if (isLast || knownStart !== undefined || isSettled(live.firstStarts())) writeMarks(start);
    // Until the first arrival only the header's time is known, and k6 may still be making its VUs.
    const isKnown = knownStart !== undefined || plan.startAt !== undefined;
    if (isKnown || live.firstStarts().some((count) => count > 0)) show(start);
  };
  const guarded = (step: () => void) => {
    try {
      step();
    } catch (thrown) {
      clearInterval(timer);
      onFailure(thrown);
    }
  };
  const timer = setInterval(() => guarded(() => follow(false)), followEveryMs);
  return {
    startSeconds,
    end(mark) {
      clearInterval(timer);
      guarded(() => {
        follow(true);
        events.write(mark);
      });
    },
    close() {
      clearInterval(timer);
      lines.close();
      events.close();
    },
  };
}

function isSettled(firstStarts: readonly number[]): boolean {
  const first = firstStarts.findIndex((count) => count > 0);
  return first >= 0 && firstStarts.length >= first + settledAfterSeconds;
}

/** Settles within half a minute; to search for it ever again would cost more than all else here. */
function rememberedStart(plan: LoadPlan, live: LiveLoadView, clock: RunClock): () => number | null {
  let known: { starts: string; seconds: number | null } = { starts: 'none', seconds: null };
  return () => {
    const starts = `${live.startAt()} ${live.firstStarts().join()}`;
    if (known.starts !== starts) known = { starts, seconds: planStartSeconds(plan, live, clock) };
    return known.seconds;
  };
}

function planStartSeconds(plan: LoadPlan, live: LiveLoadView, clock: RunClock): number | null {
  const startAt = live.startAt();
  if (startAt === null) return null;
  if (plan.startAt !== undefined) return clock.secondsAt(plan.startAt);
  return round(clock.secondsAt(startAt) + (estimateStartDelaySeconds(plan, live.firstStarts()) ?? 0));
}

/** @returns writes those whose time has come, given the plan's second 0 */
function pendingMarks(
  plan: LoadPlan,
  clock: RunClock,
  write: (mark: RunEvent) => void,
): (startSeconds: number) => void {
  const pending = plannedMarks(plan);
  return (startSeconds) => {
    while (pending[0] !== undefined && startSeconds + pending[0].atSeconds <= clock.nowSeconds()) {
      const mark = pending.shift();
      if (mark !== undefined)
        write({ type: 'load', ...mark, atSeconds: round(startSeconds + mark.atSeconds) });
    }
  };
}

/** @returns shows each second once, given the plan's second 0 */
function showing(
  plan: LoadPlan,
  live: LiveLoadView,
  { clock, onBucket }: { clock: RunClock; onBucket: LoadRunOptions['onBucket'] },
): (startSeconds: number) => void {
  const endsAfterSeconds = plannedSeconds(plan);
  let shownSeconds = Number.NEGATIVE_INFINITY;
  return (startSeconds) => {
    const latest = live.latest();
    if (latest === null || latest.atSeconds === shownSeconds) return;
    shownSeconds = latest.atSeconds;
    const atSeconds = clock.secondsAt(live.startAt() ?? clock.startAt) + latest.atSeconds;
    const remainingSeconds = Math.max(0, startSeconds + endsAfterSeconds - atSeconds);
    onBucket?.({ ...latest, atSeconds: round(atSeconds), remainingSeconds: round(remainingSeconds) });
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
