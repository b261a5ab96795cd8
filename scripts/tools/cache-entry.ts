import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { isAlive, ownIdentity } from './process-identity.ts';

const receiptName = 'receipt.json';

interface Receipt {
  readonly schemaVersion: 1;
  /** Path below the entry → size in bytes; links count as 0. */
  readonly files: Readonly<Record<string, number>>;
}

/** Whether a folder of the cache holds all it is meant to: leftovers of a broken set-up have no receipt. */
export function isWholeEntry(folder: string): boolean {
  try {
    const receipt = JSON.parse(readFileSync(join(folder, receiptName), 'utf8')) as Receipt;
    return Object.entries(receipt.files).every(([path, size]) => sizeOf(join(folder, path)) === size);
  } catch {
    return false;
  }
}

/**
 * Makes a folder of the cache appear in one step, filled and on disk, or not at all.
 *
 * @param fill writes the content into the folder it is given; when it throws, nothing stays behind
 */
export async function installEntry(root: string, folder: string, fill: (staging: string) => Promise<void>) {
  const staging = await makeStaging(root, basename(dirname(folder)));
  try {
    await fill(staging);
    await seal(staging);
    await mkdir(dirname(folder), { recursive: true });
    await moveLeftoversAside(root, folder);
    await rename(staging, folder).catch((error: unknown) => {
      // Somebody else was first with the same content.
      if (!isWholeEntry(folder)) throw error;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Removes what processes that are gone left half done: staging folders, and drafts of locks. */
export async function removeAbandoned(root: string): Promise<void> {
  for (const name of await list(join(root, 'staging'))) {
    const [pid, startTicks] = name.split('.').slice(1);
    const owner = { pid: Number(pid), startTicks: startTicks === 'null' ? null : (startTicks ?? null) };
    if (!isAlive(owner)) await rm(join(root, 'staging', name), { recursive: true, force: true });
  }
  for (const name of await list(join(root, 'locks'))) {
    const [, pid] = /\.lock\.(\d+)\.\d+$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive({ pid: Number(pid), startTicks: null }))
      await rm(join(root, 'locks', name), { force: true });
  }
}

function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function makeStaging(root: string, name: string): Promise<string> {
  const { pid, startTicks } = ownIdentity();
  const staging = join(root, 'staging', `${name}.${pid}.${startTicks}.${randomUUID().slice(0, 8)}`);
  await mkdir(staging, { recursive: true });
  return staging;
}

/** Above this, flushing file by file takes longer than it is worth: a Go toolchain has 15,000. */
const flushAtMost = 200;

/** Flushes the files, then writes the receipt: after a power cut there is no receipt without its files. */
async function seal(staging: string): Promise<void> {
  const paths = filesBelow(staging);
  const files: Record<string, number> = {};
  for (const path of paths) {
    files[relative(staging, path)] = sizeOf(path) ?? 0;
    if (paths.length <= flushAtMost && !lstatSync(path).isSymbolicLink()) await flush(path);
  }
  const receipt = join(staging, receiptName);
  await writeFile(receipt, `${JSON.stringify({ schemaVersion: 1, files } satisfies Receipt, null, 1)}\n`);
  await flush(receipt);
}

async function moveLeftoversAside(root: string, folder: string): Promise<void> {
  if (!existsSync(folder) || isWholeEntry(folder)) return;
  const aside = await makeStaging(root, 'leftovers');
  await rename(folder, join(aside, 'entry')).catch(() => {});
  await rm(aside, { recursive: true, force: true });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sizeOf(path: string): number | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  return stats.isSymbolicLink() ? 0 : stats.size;
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
