import { join } from 'node:path';
import { readSecret } from '../cluster/read-secret.ts';
import type { ClusterSample } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';
import type { RunEvent } from '../contracts/run-event.ts';
import { runFiles } from '../contracts/run-folder.ts';
import { openNdjson } from '../journal/ndjson-writer.ts';
import { pollDbPool } from './db-pool.ts';
import { watchDeployments } from './deployment-scale.ts';
import { pollExternalMetric } from './external-metric.ts';
import { externalMetrics } from './external-metrics-of.ts';
import { startGapLog } from './gap-log.ts';
import { type HpaObject, watchHpas } from './hpa-status.ts';
import { watchEvents } from './kubernetes-events.ts';
import { startLiveState } from './live-cluster.ts';
import { watchPods } from './pod-phases.ts';
import { startTemplateLog } from './pod-template.ts';
import { pollUsage } from './pod-usage.ts';
import type { Poll } from './poll.ts';
import { pollQueues } from './queue-depth.ts';
import { repeatWhileAlive } from './repeat-while-alive.ts';
import type { Sampler, SamplingOptions } from './sampler.ts';
import { reasonOf, type SourceContext } from './source.ts';

/**
 * Watches a release until stopped and writes cluster.ndjson and events.ndjson. A source that fails becomes a gap
 * and is tried again; none of them ends the run.
 *
 * @throws TuneError CANNOT_WRITE when the files cannot be opened
 */
export function startSampling(options: SamplingOptions): Sampler {
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  const journal = openJournal(options, (error) => {
    stopping.abort();
    options.onFailure?.(error);
  });
  const gaps = startGapLog(options.clock, journal.write);
  const sources = startSources({ ...options, signal, gaps, write: journal.write });
  const ended = Promise.all(sources.map((source) => source.ended)).then(journal.close);
  return {
    ready: Promise.all(sources.map((source) => source.ready)).then(() => undefined),
    snapshot: () => journal.snapshot(gaps.open()),
    async stop() {
      stopping.abort();
      await ended;
      journal.throwIfFailed();
    },
  };
}

/** @param onFailure the disk is full or the folder gone: told once, and nothing is written any more */
function openJournal(
  { runFolder, onSample, cluster, target }: SamplingOptions,
  onFailure: (error: unknown) => void,
) {
  let failure: unknown;
  const clusterFile = openNdjson(join(runFolder, runFiles.cluster));
  const eventsFile = openNdjson(join(runFolder, runFiles.events));
  const names = Object.keys(cluster.components) as ComponentName[];
  const live = startLiveState(names, target.redis?.queues[0] ?? null);
  return {
    write(line: ClusterSample | RunEvent) {
      const isEvent = line.type === 'event' || line.type === 'podMark' || line.type === 'load';
      if (failure !== undefined) return;
      try {
        (isEvent ? eventsFile : clusterFile).write(line);
      } catch (thrown) {
        failure = thrown;
        onFailure(thrown);
      }
      live.see(line);
      onSample?.(line);
    },
    throwIfFailed() {
      if (failure !== undefined) throw failure;
    },
    snapshot: live.snapshot,
    close() {
      clusterFile.close();
      eventsFile.close();
    },
  };
}

function startSources(context: SourceContext): Pick<Poll, 'ready' | 'ended'>[] {
  const components = Object.values(context.cluster.components);
  const usage = new Map(components.map((component) => [component.name, pollUsage(context, component)]));
  const metrics = startExternalMetrics(context);
  const onHpaChange = (component: ComponentName, hpa: HpaObject) => {
    // The controller has just read its metrics: reading them now shows what it saw.
    usage.get(component)?.nudge();
    metrics.syncEnded(hpa);
  };
  const template = startTemplateLog(context);
  const watched = [
    watchHpas(context, onHpaChange),
    watchDeployments(context, (component, deployment) => void template(component, deployment)),
    watchEvents(context),
    ...components.map((component) => watchPods(context, component)),
  ];
  return [
    ...watched,
    ...usage.values(),
    metrics,
    startQueues(context),
    pollDbPool(context),
    repeatWhileAlive(context, watched),
  ];
}

/** The target's queue metric from the beginning, and each further one as an HPA is seen to use it. */
function startExternalMetrics(context: SourceContext): Pick<Poll, 'ready' | 'ended'> & {
  syncEnded(hpa: HpaObject): void;
} {
  const polls = new Map<string, Poll>();
  const pollOf = (metric: { name: string; selector: string }) => {
    const key = `${metric.name}{${metric.selector}}`;
    const poll = polls.get(key) ?? pollExternalMetric(context, metric);
    polls.set(key, poll);
    return poll;
  };
  const own = externalMetrics(context.target.queueMetric).map(pollOf);
  const aborted = Promise.withResolvers<void>();
  if (context.signal.aborted) aborted.resolve();
  context.signal.addEventListener('abort', () => aborted.resolve(), { once: true });
  return {
    ready: Promise.all(own.map((poll) => poll.ready)).then(() => undefined),
    ended: aborted.promise.then(
      async () => void (await Promise.all([...polls.values()].map((poll) => poll.ended))),
    ),
    syncEnded(hpa) {
      for (const metric of externalMetrics(undefined, hpa.spec)) pollOf(metric).nudge();
    },
  };
}

function startQueues(context: SourceContext): Pick<Poll, 'ready' | 'ended'> {
  const { redis } = context.target;
  if (redis === undefined) {
    context.gaps.silent('queue', 'the target names no redis');
    return { ready: Promise.resolve(), ended: Promise.resolve() };
  }
  const started = resolveUrl(context).then(
    (url) => pollQueues(context, { ...redis, url }),
    (thrown: unknown) => context.gaps.silent('queue', reasonOf(thrown)),
  );
  return {
    ready: started.then(async (poll) => poll?.ready),
    ended: started.then(async (poll) => poll?.ended),
  };
}

async function resolveUrl({ target, cluster }: SourceContext): Promise<string> {
  const url = target.redis?.url ?? '';
  return typeof url === 'string' ? url : await readSecret(url, 'redis.url', cluster);
}
