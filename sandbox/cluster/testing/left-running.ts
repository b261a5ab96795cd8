import { readdirSync, readFileSync } from 'node:fs';
import { isAlive, markedProcesses } from '../process-identity.ts';
import { recordedProcesses, type SandboxRecord } from '../sandbox-record.ts';

/**
 * What still runs of a sandbox, found in three ways: as recorded, by the marker it inherited, and by its folder
 * on the command line (Redis writes over its environment).
 */
export function leftRunning(folder: string, record: SandboxRecord | null): string[] {
  const recorded = record === null ? [] : recordedProcesses(record).filter(isAlive);
  return [
    ...recorded.map(({ name, pid }) => `${name} ${pid}`),
    ...markedProcesses(folder).map(({ pid }) => `marked ${pid}`),
    ...pidsWith(folder).map((pid) => `by command line ${pid}`),
  ];
}

function pidsWith(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${folder}/`);
    } catch {
      return false;
    }
  });
}
