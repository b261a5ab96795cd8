import { join } from 'node:path';
import { parseDurationSeconds } from '../../contracts/duration.ts';
import { runFiles } from '../../contracts/run-folder.ts';
import { plannedSeconds } from '../load-marks.ts';
import { bundlePlan } from './bundle-plan.ts';
import type { GroupPlace } from './explain-runners.ts';
import { ownerName } from './group-owner.ts';
import type { GroupSpec } from './manifests.ts';
import { remoteOutputEnvironment } from './remote-outputs.ts';
import type { ClusterLoadOptions } from './run-on-cluster.ts';

/** Load that nobody has followed for so long ends by itself. */
export const abandonedSeconds = 300;

/** What a plan makes of the settings. @throws TuneError as `bundlePlan` does */
export async function groupSpec(options: ClusterLoadOptions): Promise<GroupSpec> {
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
    aliveUntil: isoAt(options, clock.nowSeconds() + readySeconds + abandonedSeconds),
  };
}

/** Where the runners are, for errors. */
export function placeOf({ api, runFolder }: ClusterLoadOptions, spec: GroupSpec): GroupPlace {
  return {
    context: api.context,
    namespace: spec.namespace,
    name: spec.name,
    image: spec.settings.image,
    secrets: Object.values(spec.secrets),
    k6LogPath: join(runFolder, runFiles.k6Log),
  };
}

/** A moment in seconds since run start, for others. */
export function isoAt({ clock }: Pick<ClusterLoadOptions, 'clock'>, seconds: number): string {
  return new Date(Math.round(clock.startAt.getTime() + seconds * 1000)).toISOString();
}
