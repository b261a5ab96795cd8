import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

export interface LockOptions {
  /** Called once, when another process holds the lock. */
  readonly onWait?: (holder: ProcessIdentity) => void;
  readonly signal?: AbortSignal | undefined;
  readonly pollMs?: number;
}

/**
 * Runs `work` while no other process does so under the same file.
 *
 * It saves two set-ups from doing the same work. Nothing breaks should both hold it: entries appear in the
 * cache by a rename, whole or not at all. The lock of a process that is gone is taken over.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await acquire(file, options);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function acquire(file: string, { onWait, signal, pollMs = 250 }: LockOptions): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  let told = false;
  while (!(await tryAcquire(file))) {
    const holder = await readHolder(file);
    if (holder === 'gone') continue;
    if (holder === 'unreadable' || !isAlive(holder)) {
      await removeStale(file);
      continue;
    }
    if (!told) onWait?.(holder);
    told = true;
    await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

/** A link makes the lock appear together with its content: nobody ever reads a half-written holder. */
async function tryAcquire(file: string): Promise<boolean> {
  const draft = draftName(file);
  await writeFile(draft, JSON.stringify(ownIdentity()));
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readHolder(file: string): Promise<ProcessIdentity | 'gone' | 'unreadable'> {
  try {
    const holder = JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity;
    return Number.isInteger(holder.pid) ? holder : 'unreadable';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unreadable';
  }
}

/** Moved before it is removed: of two processes that find the same stale lock, one moves it. */
async function removeStale(file: string): Promise<void> {
  const aside = draftName(file);
  await rename(file, aside).catch(() => {});
  await rm(aside, { force: true });
}

let drafts = 0;
function draftName(file: string): string {
  drafts += 1;
  return `${file}.${process.pid}.${drafts}`;
}
