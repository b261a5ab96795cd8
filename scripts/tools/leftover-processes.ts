import { readdirSync, readFileSync } from 'node:fs';
import { statOf } from './process-identity.ts';

export interface LeftoverProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Processes whose environment carries a marker: children of children too, also when their parents are gone.
 *
 * @param marker `NAME=value`, unique to what shall be found
 * @returns null where there is no /proc to look in
 */
export function findProcessesWith(marker: string): LeftoverProcess[] | null {
  const pids = listPids();
  if (pids === null) return null;
  return pids
    .filter((pid) => pid !== process.pid && read(`/proc/${pid}/environ`).split('\0').includes(marker))
    .filter((pid) => statOf(pid)?.state !== 'Z')
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

function listPids(): number[] | null {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return null;
  }
}

/** @returns '' for a process that ended meanwhile, or belongs to somebody else */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
