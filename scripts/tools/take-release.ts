import { createHash } from 'node:crypto';
import { chmod, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { installEntry, isWholeEntry } from './cache-entry.ts';
import { expectedSha256 } from './checksum.ts';
import { downloadFile } from './download.ts';
import { variableOf } from './origins.ts';
import { choose, type Search, tryWay } from './search.ts';
import { mayUse, type SetupContext } from './setup-context.ts';
import { setupFailure } from './setup-failure.ts';
import { platformOf, type Release, type Tool } from './tools.ts';
import versions from './versions.json' with { type: 'json' };

/** Takes the official binary out of the cache. @returns whether it was there */
export async function takeCachedRelease(search: Search, context: SetupContext): Promise<boolean> {
  const release = releaseOf(search, context);
  if (release === null || !isWholeEntry(folderOf(search.tool, release, context))) return false;
  await chooseRelease(search, release, context);
  return true;
}

/** Takes the official binary from its publisher. @returns whether that worked */
export async function takeRelease(search: Search, context: SetupContext): Promise<boolean> {
  const release = releaseOf(search, context);
  if (release === null || !(await tryWay(search, context, () => download(search.tool, release, context))))
    return false;
  await chooseRelease(search, release, context);
  return true;
}

function releaseOf({ name, tool }: Search, context: SetupContext): Release | null {
  if (tool.release === undefined || !mayUse('download', name, context)) return null;
  return tool.release(platformOf(process.platform, process.arch));
}

async function chooseRelease(search: Search, release: Release, context: SetupContext): Promise<void> {
  const file = join(folderOf(search.tool, release, context), search.tool.name);
  await choose(search, { file, source: 'download', version: search.tool.version }, context);
}

/** A changed pin is another folder: what was verified against the old one does not count. */
function folderOf(tool: Tool, release: Release, { cache }: SetupContext): string {
  const pin = (versions.sha256 as Record<string, string>)[basename(release.path)] ?? null;
  const parts = JSON.stringify([tool.version, release.path, release.member ?? null, pin]);
  return join(cache, 'tools', tool.name, createHash('sha256').update(parts).digest('hex').slice(0, 16));
}

async function download(tool: Tool, release: Release, context: SetupContext): Promise<void> {
  const name = `${tool.name} ${tool.version}`;
  const unreachable = await context.origins.whyUnreachable(release.origin);
  const url = context.origins.url(release.origin, release.path);
  if (unreachable !== null) throw originUnreachable(name, url, { release, why: unreachable });
  await context.limitDownloads(async () => {
    const task = context.progress.begin(name, `downloading ${url}`);
    try {
      const sha256 = await expectedSha256(release, context.origins, context.signal);
      await installEntry(context.cache, folderOf(tool, release, context), async (staging) => {
        const file = join(staging, basename(release.path));
        const onBytes = (received: number) => task.update(`downloading (${(received / 1e6).toFixed(1)} MB)`);
        await downloadFile(file, { tool: name, url, sha256, signal: context.signal, onBytes });
        await unpack(file, join(staging, tool.name), release.member);
      });
      task.done('downloaded, checksum right,');
    } catch (error) {
      task.drop();
      throw error;
    }
  });
}

/** Leaves the program, and nothing else, in the folder of the file. */
async function unpack(file: string, program: string, member: string | undefined): Promise<void> {
  if (member === undefined) await rename(file, program);
  else {
    const strip = member.split('/').length - 1;
    await execa('tar', ['-xzf', file, '-C', join(program, '..'), `--strip-components=${strip}`, member]);
    await rm(file);
  }
  await chmod(program, 0o755);
}

function originUnreachable(name: string, url: string, { release, why }: { release: Release; why: string }) {
  return setupFailure(
    'ORIGIN_UNREACHABLE',
    `${name}: ${new URL(url).host} cannot be reached`,
    why,
    `set HTTPS_PROXY, or ${variableOf(release.origin)} to a mirror`,
  );
}
