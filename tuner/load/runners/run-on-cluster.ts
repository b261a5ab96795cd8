import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '../../cluster/api-client.ts';
import { explainApiError } from '../../cluster/explain-api-error.ts';
import { parseDurationSeconds } from '../../contracts/duration.ts';
import type { LoadSettings } from '../../contracts/load-settings.ts';
import { runFiles } from '../../contracts/run-folder.ts';
import type { Runners } from '../../contracts/runners.ts';
import { openNdjson } from '../../journal/ndjson-writer.ts';
import { followRun } from '../follow-run.ts';
import { plannedSeconds } from '../load-marks.ts';
import type { LoadRunOptions, LoadRunResult } from '../load-run.ts';
import { bundlePlan } from './bundle-plan.ts';
import { cpuLimitCores } from './cpu-limit.ts';
import { allLost, type GroupPlace } from './explain-runners.ts';
import { type FollowedGroup, followGroup } from './follow-group.ts';
import { createGroup, type GroupKind, type GroupObjects } from './group-objects.ts';
import { ownerName } from './group-owner.ts';
import type { GroupSpec } from './manifests.ts';
import { remoteOutputEnvironment } from './remote-outputs.ts';
import { signOfLifeMs } from './remove-leftovers.ts';
import { isOver, type RunnerRecord, toRunner } from './runner-record.ts';
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

/** Load that nobody has followed for so long ends by itself. */
const abandonedSeconds = 300;
/** After the plan's end requests under way may take their time, and logs theirs. */
const usualEndingSeconds = 60;

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
      await loadFromCluster(options, session, (seconds) => {
        startSeconds = seconds;
        const startAt = new Date(clock.startAt.getTime() + seconds * 1000).toISOString();
        writeJson(join(runFolder, runFiles.loadPlan), { ...plan, startAt });
      });
    }
  } catch (thrown) {
    failure = signal.aborted ? null : explainApiError(thrown, options.api, 'load from the cluster');
  }
  const loadEndSeconds = clock.nowSeconds();
  const isAborted = signal.aborted || failure !== null;
  const mark = isAborted ? ('aborted' as const) : ('ended' as const);
  following.end({ type: 'load', atSeconds: loadEndSeconds, mark, arrivalsPerSecond: null });
  following.close();
  session.close();
  if (writeFailure !== null) throw writeFailure;
  if (failure !== null) throw failure;
  return { ended: isAborted ? 'interrupted' : 'complete', loadStartSeconds: startSeconds, loadEndSeconds };
}

/** The files of a group, and what is known of its runners. */
interface Session {
  follow(): FollowedGroup;
  /** Between the start and the end of the load a runner that is lost is worth a line. */
  setLoading(isLoading: boolean): void;
  counts(): { running: number; all: number };
  close(): void;
}

function openSession(options: ClusterLoadOptions, onWriteFailure: (thrown: unknown) => void): Session {
  const { runFolder, settings, namespace, name, clock, api, say } = options;
  const load = openNdjson(join(runFolder, runFiles.load));
  const logPath = join(runFolder, runFiles.k6Log);
  const told = new Set<number>();
  let isLoading = false;
  let group: FollowedGroup | null = null;
  const guarded = (write: () => void) => {
    try {
      write();
    } catch (thrown) {
      onWriteFailure(thrown);
    }
  };
  const onChange = (runners: readonly RunnerRecord[]) => {
    guarded(() => writeJson(join(runFolder, runFiles.runners), runnersFile(options, runners)));
    options.onRunners?.(runners);
    for (const { index, lostBecause } of runners) {
      if (lostBecause === null || told.has(index) || !isLoading) continue;
      told.add(index);
      say(`runner ${index} is lost: ${lostBecause}`);
    }
  };
  return {
    follow() {
      group = followGroup({
        api,
        namespace,
        name,
        parallelism: settings.parallelism,
        clock,
        // Not the run's own: after a Ctrl-C the last lines are still to be read.
        signal: new AbortController().signal,
        onLoad: (line) => guarded(() => load.write(line)),
        onLog: (text) => guarded(() => appendFileSync(logPath, `${text}\n`)),
        onChange,
      });
      return group;
    },
    setLoading(is) {
      isLoading = is;
    },
    counts() {
      const runners = group?.runners ?? [];
      const lost = runners.filter(({ lostSeconds }) => lostSeconds !== null).length;
      return { running: runners.length - lost, all: runners.length };
    },
    close() {
      group?.close();
      load.close();
    },
  };
}

function runnersFile(options: ClusterLoadOptions, runners: readonly RunnerRecord[]): Runners {
  const { settings, namespace, name } = options;
  return {
    schemaVersion: 1,
    kind: kindOf(settings),
    namespace,
    name,
    image: settings.image ?? '',
    parallelism: settings.parallelism,
    runners: runners.map((runner) => toRunner(runner, cpuLimitCores(settings))),
  };
}

function kindOf({ runner }: LoadSettings): GroupKind {
  return runner === 'k6-operator' ? 'k6-operator' : 'job';
}

async function loadFromCluster(
  options: ClusterLoadOptions,
  session: Session,
  onStart: (seconds: number) => void,
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

async function groupSpec(options: ClusterLoadOptions): Promise<GroupSpec> {
  const { plan, settings, namespace, name, keys, clock, extraOutputs = [] } = options;
  const readySeconds = parseDurationSeconds(settings.readyTimeout) ?? 0;
  const graceful = Math.max(...plan.scenarios.map((scenario) => scenario.gracefulStopSeconds));
  const baseUrl = settings.url === undefined ? plan.baseUrl : `${settings.url.replace(/\/$/, '')}/v1`;
  const secrets = Object.entries(keys).map(([kind, key]) => [`TUNE_KEY_${kind.toUpperCase()}`, key ?? '']);
  return {
    name,
    namespace,
    settings: { ...settings, image: settings.image ?? '' },
    files: await bundlePlan(plan, baseUrl),
    secrets: { ...remoteOutputEnvironment(extraOutputs), ...Object.fromEntries(secrets) },
    outputs: extraOutputs,
    deadlineSeconds: Math.ceil(readySeconds + plannedSeconds(plan) + graceful + abandonedSeconds),
    owner: ownerName(),
    aliveUntil: fromNow(options, clock.nowSeconds() + readySeconds + abandonedSeconds),
  };
}

function placeOf({ api, runFolder }: ClusterLoadOptions, spec: GroupSpec): GroupPlace {
  return {
    context: api.context,
    namespace: spec.namespace,
    name: spec.name,
    image: spec.settings.image,
    secrets: Object.values(spec.secrets),
    k6LogPath: join(runFolder, runFiles.k6Log),
  };
}

/** The Job tells other runs of tune, the pods' annotations the runners themselves. */
function keepAlive(
  options: ClusterLoadOptions,
  objects: GroupObjects,
  group: FollowedGroup,
): ReturnType<typeof setInterval> {
  const { clock, signal } = options;
  const timer = setInterval(() => {
    const until = fromNow(options, clock.nowSeconds() + abandonedSeconds);
    void objects.keepAlive(until, signal).catch(() => undefined);
    void keepRunnersAlive({ ...options, group }, until);
  }, signOfLifeMs);
  timer.unref();
  return timer;
}

function fromNow({ clock }: Pick<ClusterLoadOptions, 'clock'>, seconds: number): string {
  return new Date(Math.round(clock.startAt.getTime() + seconds * 1000)).toISOString();
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
