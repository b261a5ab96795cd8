import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcesses } from './end-processes.ts';
import { sandboxPaths } from './sandbox-paths.ts';
import { readRecord, recordedProcesses } from './sandbox-record.ts';

/** The supervisor's own output goes here from its first moment, so it is not swept away. */
export const supervisorLog = 'supervisor.log';

/** Ends what an earlier sandbox in this folder left running, and empties the folder. */
export async function prepareFolder(folder: string): Promise<void> {
  const record = readRecord(folder);
  await endProcesses(folder, record === null ? [] : recordedProcesses(record));
  const { logs } = sandboxPaths(folder);
  if (existsSync(folder)) {
    for (const entry of readdirSync(folder)) {
      if (join(folder, entry) !== logs) rmSync(join(folder, entry), { recursive: true, force: true });
    }
  }
  mkdirSync(logs, { recursive: true });
  for (const entry of readdirSync(logs)) {
    if (entry !== supervisorLog) rmSync(join(logs, entry), { force: true });
  }
}

/** Deletes what is large and worth nothing once the sandbox has ended; logs and the record stay. */
export function dropData(folder: string): void {
  const { kwokCluster, redis } = sandboxPaths(folder);
  for (const data of [join(kwokCluster, 'etcd'), redis]) rmSync(data, { recursive: true, force: true });
}
