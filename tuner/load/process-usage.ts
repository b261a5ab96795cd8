import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel tells of one process; null where it does not (no /proc, or the process has ended). */
export interface ProcessUsage {
  /** CPU used since it began. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly openFiles: number | null;
  /** Soft limit; null: none. */
  readonly openFilesLimit: number | null;
}

/** USER_HZ: the unit of /proc/PID/stat, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

export function readProcessUsage(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return {
      cpuSeconds: cpuTicks(stat) / ticksPerSecond,
      memoryBytes: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024,
      openFiles: countOpenFiles(pid),
      openFilesLimit: openFilesLimit(pid),
    };
  } catch {
    return null;
  }
}

/** The program's name, in brackets, may hold spaces: fields are counted from behind it. */
function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime and stime are the 14th and 15th field, and the state, first here, is the 3rd.
  return Number(fields[11]) + Number(fields[12]);
}

function countOpenFiles(pid: number): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
}

function openFilesLimit(pid: number): number | null {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? null : Number(soft);
  } catch {
    return null;
  }
}
