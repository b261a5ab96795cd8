import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcesses } from './end-processes.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { sandboxPaths } from './sandbox-paths.ts';
import { isSupervised, readRecord, recordedProcesses } from './sandbox-record.ts';

const supervisorMs = 30_000;

export interface DownResult {
  /** What was there: a running sandbox, the rest of one, or nothing at all. */
  readonly was: 'up' | 'left over' | 'absent';
}

/**
 * Ends the sandbox in a folder, also one whose supervisor is gone, and removes the folder. A folder with other
 * files and no sandbox's record is not touched.
 *
 * @throws TuneError STILL_RUNNING, exit 1
 */
export async function downSandbox(folderPath: string): Promise<DownResult> {
  const folder = resolve(folderPath);
  if (!existsSync(folder)) {
    // Its folder may have been deleted by hand while it ran.
    return { was: (await endProcesses(folder, [])) > 0 ? 'left over' : 'absent' };
  }
  const record = readRecord(folder);
  const wasUp = record !== null && isSupervised(record);
  if (wasUp) await askToEnd(record.supervisor);
  await endProcesses(folder, record === null ? [] : recordedProcesses(record));
  if (record !== null || isBare(folder)) rmSync(folder, { recursive: true, force: true });
  return { was: wasUp ? 'up' : 'left over' };
}

/** Nothing but logs: an attempt that ended before it had anything to record. */
export function isBare(folder: string): boolean {
  const { logs } = sandboxPaths(folder);
  return readdirSync(folder).every((entry) => join(folder, entry) === logs);
}

async function askToEnd(supervisor: ProcessIdentity): Promise<void> {
  process.kill(supervisor.pid, 'SIGTERM');
  const deadline = Date.now() + supervisorMs;
  while (Date.now() < deadline && isAlive(supervisor)) await sleep(50);
}
