import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFiles } from '../../contracts/run-folder.ts';
import type { Runners } from '../../contracts/runners.ts';
import { openNdjson } from '../../journal/ndjson-writer.ts';
import { cpuLimitCores } from './cpu-limit.ts';
import { type FollowedGroup, followGroup } from './follow-group.ts';
import { kindOf } from './group-objects.ts';
import type { ClusterLoadOptions } from './run-on-cluster.ts';
import { type RunnerRecord, toRunner } from './runner-record.ts';

/** The files of a group, and what is known of its runners. */
export interface GroupSession {
  follow(): FollowedGroup;
  /** Between the start and the end of the load a runner that is lost is worth a line. */
  setLoading(isLoading: boolean): void;
  counts(): { running: number; all: number };
  close(): void;
}

export function openSession(
  options: ClusterLoadOptions,
  onWriteFailure: (thrown: unknown) => void,
): GroupSession {
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

/** Whole or not at all. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
