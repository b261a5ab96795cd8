import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.ts';
import { readSecret } from '../cluster/read-secret.ts';
import { requireTestable } from '../cluster/testable.ts';
import type { LoadedConfig } from '../config/read-config.ts';
import type { TrafficClass } from '../contracts/component.ts';
import type { Target } from '../contracts/config.ts';
import type { LoadPlan } from '../contracts/load-plan.ts';
import type { Profile } from '../contracts/profile.ts';
import type { Run } from '../contracts/run.ts';
import { type RunClock, startClock } from '../journal/run-clock.ts';
import { checkApps } from '../load/check-apps.ts';
import { checkCaps } from '../load/check-caps.ts';
import { deleteLeftDocuments } from '../load/delete-left-documents.ts';
import { startLiveView } from '../load/live-view.ts';
import { plannedSeconds } from '../load/load-marks.ts';
import type { LoadRunResult } from '../load/load-run.ts';
import { makeLoadPlan } from '../load/make-load-plan.ts';
import type { Sampler } from '../sample/sampler.ts';
import { startSampling } from '../sample/start-sampling.ts';
import { type LoadSource, openLoadSource } from './load-source.ts';
import type { Progress } from './progress.ts';
import { cutShortBy, endingOf, failedEnding } from './run-ending.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';

export interface RecordOptions {
  readonly config: LoadedConfig;
  readonly targetName: string;
  readonly target: Target;
  readonly cluster: Cluster;
  readonly profileName: string;
  readonly profile: Profile;
  readonly out: string | undefined;
  readonly workingFolder: string;
  readonly k6Path: string;
  readonly toolVersion: string;
  readonly extraOutputs: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/**
 * Watches a target while k6 loads it. Whatever ends it, the folder holds what was recorded until then.
 *
 * @returns the run folder; its run.json says how the run ended
 * @throws TuneError before anything was loaded (caps, keys, not testable), or when k6 failed; INTERRUPTED,
 *   or what else the signal carries: SANDBOX_ENDED
 */
export async function recordRun(options: RecordOptions): Promise<RunFolder> {
  const { target, profile, cluster, progress } = options;
  // A full disk ends the run like the target's end does: going on would load without recording.
  const cannotRecord = new AbortController();
  const signal = AbortSignal.any([options.signal, cannotRecord.signal]);
  const plan = makeLoadPlan(profile, target, { run: randomUUID().slice(0, 8) });
  checkCaps(plan, options.config.caps);
  requireTestable(cluster, target);
  const keys = await readKeys(target, plan, cluster);
  const difyVersion = await checkApps({ plan, keys, signal });
  const source = await openLoadSource({ ...options, plan, signal });
  signal.throwIfAborted();

  const clock = startClock();
  const folder = createRunFolder({ ...options, startAt: clock.startAt });
  progress.say(`recording into ${folder.path}`);
  const begun = newRun(folder, { options, startAt: clock.startAt, k6Version: source.k6Version, difyVersion });
  folder.writeJson('run', begun);
  folder.writeJson('loadPlan', plan);
  const sampler = startSampling({
    cluster,
    target,
    runFolder: folder.path,
    clock,
    signal,
    onFailure: (error) => cannotRecord.abort(error),
  });
  const finish = (ending: Partial<Run>) =>
    folder.writeJson('run', { ...begun, endAt: new Date().toISOString(), ...ending });
  try {
    const load = await loadWatched({
      options: { ...options, signal },
      plan,
      keys,
      folder,
      clock,
      sampler,
      source,
    });
    finish({
      ...endingOf(load.ended, signal),
      loadStartSeconds: load.loadStartSeconds,
      loadEndSeconds: load.loadEndSeconds,
    });
  } catch (error) {
    finish(failedEnding(error, signal));
    throw cutShortBy(signal) ?? error;
  } finally {
    await sampler.stop();
    await leaveNoDocuments(plan, keys, progress);
  }
  if (signal.aborted) progress.say(`stopped; the recording is saved in ${folder.path}`);
  signal.throwIfAborted();
  return folder;
}

interface Watched {
  readonly options: RecordOptions;
  readonly plan: LoadPlan;
  readonly keys: Partial<Record<TrafficClass, string>>;
  readonly folder: RunFolder;
  readonly clock: RunClock;
  readonly sampler: Sampler;
  readonly source: LoadSource;
}

async function loadWatched(watched: Watched): Promise<LoadRunResult> {
  const { options, plan, keys, folder, clock, sampler, source } = watched;
  const { signal, profile, progress } = options;
  await sampler.ready;
  await pause(profile.lead, signal);
  const totalSeconds = plannedSeconds(plan);
  progress.say(
    `load: ${plan.scenarios.map(({ name }) => name).join(' and ')}, ${Math.round(totalSeconds)} s`,
  );
  const view = startLiveView({ output: process.stderr, totalSeconds, cluster: () => sampler.snapshot() });
  try {
    const load = await source.run({
      plan,
      runFolder: folder.path,
      clock,
      keys,
      signal,
      extraOutputs: options.extraOutputs,
      onBucket: (live) => view.show(live),
      say: (text) => view.above(() => progress.say(text)),
    });
    await pause(profile.tail, signal);
    return load;
  } finally {
    view.stop();
  }
}

/** Last of all, so that the recording is saved when somebody is in a hurry. */
async function leaveNoDocuments(plan: LoadPlan, keys: Watched['keys'], progress: Progress): Promise<void> {
  if (keys.indexing === undefined) return;
  const { deleted, left } = await deleteLeftDocuments({ plan, key: keys.indexing });
  if (deleted > 0) progress.say(`deleted ${deleted} documents that the load had left`);
  if (left === 0) return;
  progress.say(
    `${left ?? 'some'} documents may be left: delete those named tune-${plan.run}-… from the knowledge base`,
  );
}

/** An aborted wait ends early and is no error: what was recorded is still to be written down. */
async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => {});
}

async function readKeys(target: Target, plan: LoadPlan, cluster: Cluster): Promise<Watched['keys']> {
  const keys: Watched['keys'] = {};
  for (const kind of new Set(plan.scenarios.map((scenario) => scenario.kind))) {
    const app = target.apps[kind];
    if (app) keys[kind] = await readSecret(app.key, `apps.${kind}.key`, cluster);
  }
  return keys;
}

function newRun(
  folder: RunFolder,
  given: {
    readonly options: RecordOptions;
    readonly startAt: Date;
    readonly k6Version: string | null;
    readonly difyVersion: string | null;
  },
): Run {
  const { options, startAt, k6Version } = given;
  const { objectives } = options.config;
  return {
    schemaVersion: 1,
    id: folder.id,
    versions: {
      tune: options.toolVersion,
      k6: k6Version,
      kubernetes: options.cluster.serverVersion,
      chart: options.cluster.chart,
      dify: given.difyVersion ?? options.cluster.difyVersion,
    },
    targetName: options.targetName,
    target: withoutSecrets(options.target),
    profileName: options.profileName,
    profile: options.profile,
    objectives: {
      timeToFirstTokenP95Seconds: objectives.timeToFirstTokenP95,
      queueWaitP95Seconds: objectives.queueWaitP95,
      errorRatio: objectives.errorRatio,
    },
    clockSkewSeconds: options.cluster.clockSkewSeconds,
    startAt: startAt.toISOString(),
    endAt: null,
    loadStartSeconds: null,
    loadEndSeconds: null,
    ended: 'running',
    endedBecause: null,
  };
}

/** Keys are only ever named by their source, but a URL may hold a password. */
function withoutSecrets(target: Target): Target {
  const clean = (text: string) => {
    const url = new URL(text);
    if (url.password !== '') url.password = '***';
    return url.href;
  };
  const redis = target.redis;
  return {
    ...target,
    url: clean(target.url),
    ...(redis
      ? { redis: { ...redis, url: typeof redis.url === 'string' ? clean(redis.url) : redis.url } }
      : {}),
  };
}
