import type { ApiClient } from '../../cluster/api-client.ts';
import { followObjects } from '../../cluster/follow-objects.ts';
import type { LoadLine } from '../../contracts/load-buckets.ts';
import type { RunClock } from '../../journal/run-clock.ts';
import { followLog } from './follow-log.ts';
import { groupLabel } from './manifests.ts';
import { type BucketMerger, mergeBuckets } from './merge-buckets.ts';
import { apiPaths } from './paths.ts';
import { type ControlLine, readRunnerLine } from './read-line.ts';
import { type RunnerPod, readRunnerPod, runnerContainer } from './runner-pod.ts';
import { clockCorrectionSeconds, isOver, newRecord, type RunnerRecord } from './runner-record.ts';

export interface FollowGroupOptions {
  readonly api: ApiClient;
  readonly namespace: string;
  /** The group's name, by whose label its pods are found. */
  readonly name: string;
  readonly parallelism: number;
  readonly clock: RunClock;
  readonly signal: AbortSignal;
  /** A line for load.ndjson. */
  readonly onLoad: (line: LoadLine) => void;
  /** A line of a runner's k6, for people. */
  readonly onLog: (text: string) => void;
  /** Something of a runner is different that runners.json tells. */
  readonly onChange: (runners: readonly RunnerRecord[]) => void;
}

export interface FollowedGroup {
  readonly runners: readonly RunnerRecord[];
  /** Waits for the next change, at most so long, or until the signal. */
  changed(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  /** Gives a runner up that neither ends nor says anything. */
  giveUp(index: number, because: string): void;
  /** Values that could not be told what they belong to. */
  unknownValues(): number;
  close(): void;
}

/** Follows the pods of a group and their logs, and adds up what they write. */
export function followGroup(options: FollowGroupOptions): FollowedGroup {
  const { api, namespace, name, parallelism, clock } = options;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const runners = Array.from({ length: parallelism }, (_, index) => newRecord(index));
  const merger = mergeBuckets(clock.startAt.toISOString(), parallelism);
  const waiting = new Set<() => void>();
  const followed = new Set<string>();
  options.onLoad(merger.header);

  const tell = () => {
    options.onChange(runners);
    for (const wake of [...waiting]) wake();
  };
  const seePod = (pod: RunnerPod, isGone: boolean) => {
    const runner = runners[pod.index];
    // A pod that takes the place of a runner's first one waits at its gate for good.
    if (
      runner === undefined ||
      (runner.pod !== null && runner.pod.name !== pod.name && followed.has(runner.pod.name))
    )
      return;
    runner.pod = pod;
    runner.isGone = isGone;
    if (!followed.has(pod.name) && (pod.isRunning || pod.terminated !== null)) {
      followed.add(pod.name);
      void followRunner(runner, pod.name, { ...options, signal, merger, tell });
    } else if (isGone && !followed.has(pod.name)) {
      endRunner(runner, merger, clock);
    }
    tell();
  };
  const onObject = (object: unknown, isGone: boolean) => {
    const pod = readRunnerPod(object);
    if (pod !== null) seePod(pod, isGone);
  };
  followObjects(api, {
    path: apiPaths.pods(namespace),
    labelSelector: `${groupLabel}=${name}`,
    signal,
    onChange: (object) => onObject(object, false),
    onGone: (object) => onObject(object, true),
    onDown: (reason) => options.onLog(`tune: ${reason}`),
    onUp: () => undefined,
  });
  return {
    runners,
    changed: (timeoutMs, until) => nextChange(waiting, timeoutMs, until ?? signal),
    giveUp(index, because) {
      const runner = runners[index];
      if (runner === undefined || isOver(runner)) return;
      lose(runner, because, { merger, clock });
      tell();
    },
    unknownValues: () => merger.unknownValues(),
    close: () => closing.abort(),
  };
}

function nextChange(waiting: Set<() => void>, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      waiting.delete(done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, timeoutMs);
    waiting.add(done);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

interface Following extends FollowGroupOptions {
  readonly merger: BucketMerger;
  readonly tell: () => void;
}

async function followRunner(runner: RunnerRecord, pod: string, following: Following): Promise<void> {
  const { api, namespace, signal, clock, merger, tell } = following;
  await followLog({
    api,
    namespace,
    pod,
    container: runnerContainer,
    signal,
    hasEnded: () => runner.isGone || runner.pod?.terminated != null,
    onLine: (text) => seeLine(runner, text, following),
    onGap(from, to) {
      const toSeconds = to === null ? clock.nowSeconds() : clock.secondsAt(to);
      runner.logGaps.push({ fromSeconds: clock.secondsAt(from), toSeconds });
      tell();
    },
  });
  if (signal.aborted) return;
  endRunner(runner, merger, clock);
  tell();
}

function seeLine(runner: RunnerRecord, text: string, following: Following): void {
  const read = readRunnerLine(text);
  if (read.kind === 'control') {
    seeControl(runner, read.line, following.clock);
    if (read.line.state !== 'waiting') following.tell();
    return;
  }
  if (read.kind === 'log') {
    runner.lastLines.push(read.text);
    if (runner.lastLines.length > keptLines) runner.lastLines.shift();
    following.onLog(`[runner ${runner.index}] ${read.text}`);
    return;
  }
  if (read.line.type === 'footer') runner.hasFooter = true;
  for (const line of following.merger.add(runner.index, read.line, clockCorrectionSeconds(runner))) {
    if (line.type === 'bucket') {
      runner.lastSampleSeconds = Math.max(runner.lastSampleSeconds ?? 0, line.atSeconds + 1);
    }
    following.onLoad(line);
  }
}

const keptLines = 20;

function seeControl(runner: RunnerRecord, line: ControlLine, clock: RunClock): void {
  const distance = clock.nowSeconds() - clock.secondsAt(line.at);
  const known = runner.clockOffsetSeconds;
  // The log only ever adds to the distance of the clocks.
  if (known === null || distance < known) runner.clockOffsetSeconds = Math.round(distance * 1000) / 1000;
  if (line.state === 'ready') runner.readySeconds = clock.nowSeconds();
  if (line.state === 'armed') runner.armedAt = line.startAt ?? null;
  if (line.state === 'started') {
    runner.startSeconds = clock.secondsAt(line.at) + clockCorrectionSeconds(runner);
  }
}

/** Its log has been read to the end: it ran through, or it is lost. */
function endRunner(runner: RunnerRecord, merger: BucketMerger, clock: RunClock): void {
  if (isOver(runner)) return;
  if (runner.isStopping) {
    runner.isStopped = true;
    return;
  }
  const { terminated } = runner.pod ?? {};
  const isInOrder = terminated?.exitCode === 0 || terminated?.exitCode === crossedThresholds;
  if (runner.hasFooter ? terminated == null || isInOrder : isInOrder) {
    runner.hasEnded = true;
    merger.lose(runner.index);
    return;
  }
  lose(runner, whyLost(runner), { merger, clock });
}

/** tune judges for itself. */
const crossedThresholds = 99;

function lose(
  runner: RunnerRecord,
  because: string,
  { merger, clock }: { merger: BucketMerger; clock: RunClock },
): void {
  runner.lostSeconds = runner.lastSampleSeconds ?? clock.nowSeconds();
  runner.lostBecause = because;
  merger.lose(runner.index);
}

function whyLost({ pod, isGone }: RunnerRecord): string {
  const { terminated = null, disruption = null, isDeleting = false } = pod ?? {};
  if (disruption !== null && disruption !== '') return disruption;
  if (isDeleting || isGone) return 'its pod was deleted';
  if (terminated === null) return 'its log ended';
  const reason = terminated.reason === '' || terminated.reason === 'Error' ? '' : `${terminated.reason}, `;
  return `${reason}k6 ended with code ${terminated.exitCode}`;
}
