import { join } from 'node:path';
import { z } from 'zod';
import type { ApiClient } from '../../cluster/api-client.ts';
import type { RunnerUsage } from '../../contracts/generator-sample.ts';
import { parseNanos } from '../../contracts/quantity.ts';
import { runFiles } from '../../contracts/run-folder.ts';
import { openNdjson } from '../../journal/ndjson-writer.ts';
import type { RunClock } from '../../journal/run-clock.ts';
import { groupLabel } from './manifests.ts';
import { apiPaths } from './paths.ts';
import { runnerContainer } from './runner-pod.ts';
import type { RunnerRecord } from './runner-record.ts';

export interface UsageWatchOptions {
  readonly api: Pick<ApiClient, 'get'>;
  readonly namespace: string;
  readonly name: string;
  readonly runFolder: string;
  readonly clock: RunClock;
  /** Default 5,000; the metrics themselves are as old as the metrics server makes them. */
  readonly everyMs?: number;
}

export interface UsageWatch {
  setRunners(runners: readonly RunnerRecord[]): void;
  stop(): void;
}

const metricsSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      timestamp: z.string(),
      containers: z.array(
        z.looseObject({ name: z.string(), usage: z.looseObject({ cpu: z.string(), memory: z.string() }) }),
      ),
    }),
  ),
});

/**
 * Writes generator.ndjson: what metrics.k8s.io knows of the runners' pods, each of its samples once. Where it knows
 * nothing there is nothing to write, and a check cannot judge.
 */
export function watchRunnerUsage(options: UsageWatchOptions): UsageWatch {
  const { api, namespace, name, runFolder, clock, everyMs = 5_000 } = options;
  const file = openNdjson(join(runFolder, runFiles.generator));
  const seen = new Set<string>();
  const stopping = new AbortController();
  let runners: readonly RunnerRecord[] = [];
  const look = async () => {
    const query = { labelSelector: `${groupLabel}=${name}` };
    const { signal } = stopping;
    const { items } = metricsSchema.parse(await api.get(apiPaths.podMetrics(namespace), { query, signal }));
    for (const item of items) {
      const key = `${item.metadata.name} ${item.timestamp}`;
      const index = runners.find(({ pod }) => pod?.name === item.metadata.name)?.index;
      const usage = item.containers.find((each) => each.name === runnerContainer)?.usage;
      if (seen.has(key) || index === undefined || usage === undefined) continue;
      seen.add(key);
      file.write(usageLine(clock.nowSeconds(), index, usage));
    }
  };
  // No metrics, or a disk that is full, of which the recording's own files tell.
  const timer = setInterval(() => void look().catch(() => undefined), everyMs);
  timer.unref();
  return {
    setRunners(given) {
      runners = given;
    },
    stop() {
      clearInterval(timer);
      stopping.abort();
      file.close();
    },
  };
}

function usageLine(atSeconds: number, runner: number, usage: { cpu: string; memory: string }): RunnerUsage {
  const units = (text: string) => Number(parseNanos(text) ?? 0n) / 1e9;
  return {
    type: 'runner',
    atSeconds,
    runner,
    cpuCores: units(usage.cpu),
    memoryBytes: Math.round(units(usage.memory)),
  };
}
