import { join } from 'node:path';
import type { ApiClient } from '../../cluster/api-client.ts';
import { explainApiError } from '../../cluster/explain-api-error.ts';
import type { LoadSettings } from '../../contracts/load-settings.ts';
import { runFiles } from '../../contracts/run-folder.ts';
import { followRun } from '../follow-run.ts';
import { plannedSeconds } from '../load-marks.ts';
import type { LoadRunOptions, LoadRunResult } from '../load-run.ts';
import { allLost } from './explain-runners.ts';
import type { FollowedGroup } from './follow-group.ts';
import { createGroup, type GroupObjects, kindOf } from './group-objects.ts';
import { type GroupSession, openSession, writeJson } from './group-session.ts';
import { abandonedSeconds, groupSpec, isoAt, placeOf } from './group-spec.ts';
import { signOfLifeMs } from './remove-leftovers.ts';
import { isOver, type RunnerRecord } from './runner-record.ts';
import { keepRunnersAlive, startByGate } from './start-group.ts';
import { stopRunners } from './stop-runners.ts';
import { untilAllEnd, untilAllReady, untilAllStart } from './wait-for-runners.ts';

export interface ClusterLoadOptions
  extends Pick<
    LoadRunOptions,
    'plan' | 'runFolder' | 'clock' | 'keys' | 'signal' | 'onBucket' | 'extraOutputs'
  > {
  readonly api: ApiClient;
  readonly settings: LoadSettings;
  readonly namespace: string;
  /** Unique in the namespace; of every object that is made. */
  readonly name: string;
  /** What people should know while runners come up, are lost, and go. */
  readonly say: (text: string) => void;
  /** The group, as long as it is followed: for who measures its pods. */
  readonly onRunners?: (runners: readonly RunnerRecord[]) => void;
  /** Only tests change these. */
  readonly marginsSeconds?: readonly number[];
  readonly endingSeconds?: number;
}

/** After the plan's end requests under way may take their time, and logs theirs. */
const usualEndingSeconds = 120;

/**
 * Runs the plan by a group of pods and writes load.ndjson, k6.log, load-plan.json, runners.json and load marks, as
 * `runLoad` does for one k6 on this machine. Whatever ends it, nothing of it stays in the cluster.
 *
 * @returns also after an abort, once the runners have ended
 * @throws TuneError for what keeps runners from starting, and when all of them are lost
 */
export async function runLoadOnCluster(given: ClusterLoadOptions): Promise<LoadRunResult> {
  const stopping = new AbortController();
  const options = { ...given, signal: AbortSignal.any([given.signal, stopping.signal]) };
  const { plan, runFolder, clock, signal } = options;
  writeJson(join(runFolder, runFiles.loadPlan), plan);
  let writeFailure: unknown = null;
  const cannotWrite = (thrown: unknown) => {
    writeFailure ??= thrown;
    stopping.abort();
  };
  let startSeconds: number | null = null;
  let loadEndSeconds: number | null = null;
  const session = openSession(options, cannotWrite);
  const following = followRun({
    ...options,
    knownStart: () => startSeconds,
    onBucket: (live) => options.onBucket?.({ ...live, runners: session.counts() }),
    onFailure: cannotWrite,
  });
  let failure: unknown = null;
  try {
    if (!signal.aborted) {
      await loadFromCluster(options, session, {
        onStart(seconds) {
          startSeconds = seconds;
          writeJson(join(runFolder, runFiles.loadPlan), { ...plan, startAt: isoAt(options, seconds) });
        },
        onEnd() {
          loadEndSeconds = clock.nowSeconds();
        },
      });
    }
  } catch (thrown) {
    failure = signal.aborted ? null : explainApiError(thrown, options.api, 'load from the cluster');
  }
  loadEndSeconds ??= clock.nowSeconds();
  const isAborted = signal.aborted || failure !== null;
  const mark = isAborted ? ('aborted' as const) : ('ended' as const);
  following.end({ type: 'load', atSeconds: loadEndSeconds, mark, arrivalsPerSecond: null });
  following.close();
  session.close();
  if (writeFailure !== null) throw writeFailure;
  if (failure !== null) throw failure;
  return { ended: isAborted ? 'interrupted' : 'complete', loadStartSeconds: startSeconds, loadEndSeconds };
}

async function loadFromCluster(
  options: ClusterLoadOptions,
  session: GroupSession,
  { onStart, onEnd }: { onStart: (seconds: number) => void; onEnd: () => void },
): Promise<void> {
  const { api, settings, namespace, clock, signal, say, plan } = options;
  const { endingSeconds = usualEndingSeconds } = options;
  const kind = kindOf(settings);
  const spec = await groupSpec(options);
  const place = placeOf(options, spec);
  const objects = await createGroup(api, kind, { spec, signal });
  const group = session.follow();
  const alive = keepAlive(options, objects, group);
  try {
    await untilAllReady({ ...options, group, place });
    say(`${settings.parallelism} runners are ready`);
    const startSeconds =
      kind === 'job'
        ? await startByGate({ ...options, group })
        : await untilAllStart({ ...options, group, place });
    signal.throwIfAborted();
    onStart(startSeconds);
    session.setLoading(true);
    const longest = Math.max(...plan.scenarios.map((scenario) => scenario.gracefulStopSeconds));
    const untilSeconds = startSeconds + plannedSeconds(plan) + longest + endingSeconds;
    await untilAllEnd({ group, clock, signal, untilSeconds });
    onEnd();
    if (group.runners.every(({ lostSeconds }) => lostSeconds !== null) && !signal.aborted) {
      throw allLost(group.runners, place);
    }
  } finally {
    clearInterval(alive);
    session.setLoading(false);
    if (!group.runners.every(isOver)) await stopRunners({ api, namespace, group });
    const left = await objects.remove();
    if (left.length > 0) say(`could not remove ${left.join(', ')}; the next run will, or kubectl delete`);
  }
}

/** The Job tells other runs of tune, the pods' annotations the runners themselves. */
function keepAlive(
  options: ClusterLoadOptions,
  objects: GroupObjects,
  group: FollowedGroup,
): ReturnType<typeof setInterval> {
  const { clock, signal } = options;
  const timer = setInterval(() => {
    const until = isoAt(options, clock.nowSeconds() + abandonedSeconds);
    void objects.keepAlive(until, signal).catch(() => undefined);
    void keepRunnersAlive({ ...options, group }, until);
  }, signOfLifeMs);
  timer.unref();
  return timer;
}
