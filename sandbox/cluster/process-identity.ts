/** Processes named so that a later process with the same pid is never taken for them. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in a form only good for comparing. */
  readonly startToken: string;
}

/** Environment variable each process of a sandbox inherits; its value is the sandbox's folder. */
export const sandboxMarker = 'TUNE_SANDBOX';

const hasProc = process.platform === 'linux';

/** @returns null when no such process runs; one that has ended and was not yet waited for counts as ended */
export function identify(pid: number): ProcessIdentity | null {
  const startToken = hasProc ? startTokenFromProc(pid) : startTokenFromPs(pid);
  return startToken === null ? null : { pid, startToken };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startToken === identity.startToken;
}

/**
 * Every process that inherited the marker with exactly this folder.
 *
 * Finds what was started but not yet recorded when its starter was killed. Empty where there is no /proc.
 */
export function markedProcesses(folder: string): ProcessIdentity[] {
  if (!hasProc) return [];
  const marker = `${sandboxMarker}=${folder}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && environment(entry).includes(marker))
    .map((entry) => identify(Number(entry)))
    .filter((identity) => identity !== null);
}

/**
 * Memory in bytes: its share of what it maps together with others (PSS), so that a sum counts the one binary
 * behind four components once. Null when it cannot be read.
 */
export function memoryBytes(pid: number): number | null {
  const kibibytes = readOrNull(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+) kB/m)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

function startTokenFromProc(pid: number): string | null {
  const stat = readOrNull(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command's name stands in parentheses and may hold anything, so count from the last one: field 3 is next.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${bootId()}-${fields[19]}`;
}

function startTokenFromPs(pid: number): string | null {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** Start times count from the boot, so after a restart of the machine they could repeat. */
function bootId(): string {
  return readOrNull('/proc/sys/kernel/random/boot_id')?.slice(0, 8) ?? '';
}

function environment(pid: string): string[] {
  return readOrNull(`/proc/${pid}/environ`)?.split('\0') ?? [];
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
