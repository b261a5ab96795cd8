import { existsSync } from 'node:fs';
import { statedPages } from '../config/stated-pages.ts';
import { type ClusterSample, clusterSampleSchema } from '../contracts/cluster-sample.ts';
import { targetSchema } from '../contracts/config.ts';
import { loadPlanSchema } from '../contracts/load-plan.ts';
import { runSchema } from '../contracts/run.ts';
import { type RunEvent, runEventSchema } from '../contracts/run-event.ts';
import type { Recording } from '../derive/derive-evidence.ts';
import { readLoad } from '../derive/read-load.ts';
import { readLines, readNdjson } from '../journal/read-ndjson.ts';
import type { RunFolder } from './run-folder.ts';

/** Everything a run recorded, from its folder alone: works without a cluster, and on a run that broke off. */
export async function readRecording(folder: RunFolder): Promise<Recording> {
  const run = folder.readJson('run', runSchema);
  const plan = folder.readJson('loadPlan', loadPlanSchema);
  const samples: ClusterSample[] = [];
  for await (const sample of readNdjson(folder.file('cluster'), clusterSampleSchema)) samples.push(sample);
  const events = await readEvents(folder);
  const load = await readLoad(readLines(folder.file('load')), run.startAt, folder.file('load'));
  const target = targetSchema.safeParse(run.target);
  return {
    run,
    plan,
    load,
    samples,
    events,
    postgresMaxConnections: target.data?.postgres?.maxConnections ?? null,
    webPages: statedPages(
      target.data?.web,
      `targets.${run.targetName}.web in tune.yaml when the run was made`,
    ),
  };
}

/** The run's events; none where the file was never begun. */
export async function readEvents(folder: RunFolder): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  if (!existsSync(folder.file('events'))) return events;
  for await (const event of readNdjson(folder.file('events'), runEventSchema)) events.push(event);
  return events;
}
