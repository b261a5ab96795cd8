import type { ApiClient } from '../../cluster/api-client.ts';
import { parseDurationSeconds } from '../../contracts/duration.ts';
import type { LoadSettings } from '../../contracts/load-settings.ts';
import type { RunClock } from '../../journal/run-clock.ts';
import { allLost, explainStartFailure, type GroupPlace, notBegun, notReady } from './explain-runners.ts';
import type { FollowedGroup } from './follow-group.ts';
import { newestWarning, newestWarningOfStarter } from './newest-warning.ts';
import { isOver, type RunnerRecord } from './runner-record.ts';

export interface WaitOptions {
  readonly api: Pick<ApiClient, 'get'>;
  readonly group: FollowedGroup;
  readonly place: GroupPlace;
  readonly settings: Pick<LoadSettings, 'readyTimeout'>;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** A look at the group at least this often, whatever happens. */
const lookEveryMs = 1_000;
/** Pods that the API server refuses show only in an event of their Job. */
const podsExpectedSeconds = 20;

/**
 * Waits until the k6 of each runner has its VUs.
 *
 * @throws TuneError IMAGE_PULL, RUNNER_NOT_STARTED, RUNNER_FAILED, NOT_OUR_K6, K6_TOO_OLD as soon as one is certain,
 *   RUNNERS_PENDING, RUNNERS_NOT_READY when time is up; the signal's reason
 */
export async function untilAllReady(options: WaitOptions): Promise<void> {
  const { group, place, settings, clock, signal } = options;
  const beganSeconds = clock.nowSeconds();
  const say = sayChanges(options.say);
  for (;;) {
    signal.throwIfAborted();
    const failure = explainStartFailure(group.runners, place);
    if (failure !== null) throw failure;
    if (group.runners.every(({ readySeconds }) => readySeconds !== null)) return;
    const waitedSeconds = clock.nowSeconds() - beganSeconds;
    const leftSeconds = (parseDurationSeconds(settings.readyTimeout) ?? 0) - waitedSeconds;
    const isTimeUp = leftSeconds <= 0;
    const isWithoutPods =
      waitedSeconds > podsExpectedSeconds && group.runners.some(({ pod }) => pod === null);
    if (isTimeUp || isWithoutPods) {
      const warning = await newestWarning(options.api, place, signal);
      if (isTimeUp || warning !== null) {
        throw notReady({ ...settings, runners: group.runners, warning }, place);
      }
    }
    say(readinessOf(group.runners));
    await group.changed(untilNextLook(leftSeconds), signal);
  }
}

function readinessOf(runners: readonly RunnerRecord[]): string {
  const ready = runners.filter(({ readySeconds }) => readySeconds !== null).length;
  const waiting = runners.find(({ pod, readySeconds }) => readySeconds === null && pod?.waiting != null)?.pod;
  const stuck = runners.find(({ pod }) => pod?.unschedulable != null)?.pod;
  const detail =
    stuck != null
      ? `; ${stuck.name} finds no node: ${stuck.unschedulable}`
      : waiting != null && waiting.waiting?.reason !== 'ContainerCreating'
        ? `; ${waiting.name}: ${waiting.waiting?.reason}`
        : '';
  return `waiting: ${ready} of ${runners.length} runners ready${detail}`;
}

function sayChanges(say: (text: string) => void): (text: string) => void {
  let last = '';
  return (text) => {
    if (text !== last) say(text);
    last = text;
  };
}

/** What no waiting mends. */
const refusal = /forbidden|exceeded quota|ErrImageNeverPull|ImagePullBackOff|InvalidImageName/;

/**
 * Waits until k6-operator's starter, a pod of its own, has begun the load of all runners.
 *
 * @returns when the first of them began, in seconds since run start
 * @throws TuneError RUNNERS_NOT_BEGUN, RUNNERS_LOST; the signal's reason
 */
export async function untilAllStart(options: WaitOptions): Promise<number> {
  const { api, group, place, settings, clock, signal } = options;
  const beganSeconds = clock.nowSeconds();
  for (;;) {
    signal.throwIfAborted();
    const begun = group.runners.flatMap(({ startSeconds }) => startSeconds ?? []);
    if (begun.length === group.runners.length) return Math.min(...begun);
    if (group.runners.every(isOver)) throw allLost(group.runners, place);
    const waitedSeconds = clock.nowSeconds() - beganSeconds;
    const isTimeUp = waitedSeconds >= (parseDurationSeconds(settings.readyTimeout) ?? 0);
    if (isTimeUp && begun.length > 0) return Math.min(...begun);
    if (isTimeUp || (waitedSeconds > podsExpectedSeconds && begun.length === 0)) {
      const warning = await newestWarningOfStarter(api, place, signal);
      if (isTimeUp || refusal.test(warning ?? '')) throw notBegun(group.runners, warning, place);
    }
    await group.changed(lookEveryMs, signal);
  }
}

export interface EndOptions {
  readonly group: FollowedGroup;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  /** Runners that have not ended by then are given up. */
  readonly untilSeconds: number;
}

/** Waits until every runner has ended or is lost, or the signal says stop. */
export async function untilAllEnd({ group, clock, signal, untilSeconds }: EndOptions): Promise<void> {
  while (!group.runners.every(isOver) && !signal.aborted) {
    const leftSeconds = untilSeconds - clock.nowSeconds();
    if (leftSeconds <= 0) {
      for (const { index } of group.runners) group.giveUp(index, 'it was not heard of again');
      return;
    }
    await group.changed(untilNextLook(leftSeconds), signal);
  }
}

function untilNextLook(leftSeconds: number): number {
  return Math.max(0, Math.min(lookEveryMs, leftSeconds * 1000));
}
