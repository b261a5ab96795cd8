import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { installEntry, isWholeEntry } from './cache-entry.ts';
import { findOnPath } from './find-on-path.ts';
import { askVersion, fits } from './path-offer.ts';
import { choose, type Search, tryWay } from './search.ts';
import { mayUse, type SetupContext } from './setup-context.ts';
import { reasonOf, setupFailure } from './setup-failure.ts';
import versions from './versions.json' with { type: 'json' };

/** @returns whether redis-server now comes from the system's packages */
export async function takeRedisPackages(search: Search, context: SetupContext): Promise<boolean> {
  if (!mayUse('download', search.name, context)) return false;
  if (findOnPath('apt-get', context.env) === null) {
    search.reasons.push('the system has no apt-get to ask for packages');
    return false;
  }
  const folder = join(context.cache, 'tools', 'redis-packages', process.arch);
  const isCached = isWholeEntry(folder);
  if (!isCached && !(await tryWay(search, context, () => unpackRedisPackages(folder, context)))) return false;
  const file = join(folder, 'redis-server');
  const version = (await askVersion(file, ['--version'])) ?? 'unknown';
  await choose(search, { file, source: 'packages', version }, context);
  return true;
}

/**
 * Redis out of the system's own packages, unpacked into the cache instead of installed: that needs no root,
 * changes nothing of the system, and starts no service, as installing the package would.
 *
 * apt checks the packages against its signed lists.
 *
 * @throws TuneError REDIS_PACKAGES_FAILED
 */
async function unpackRedisPackages(folder: string, context: SetupContext): Promise<void> {
  const task = context.progress.begin(
    'redis-server',
    'unpacking the system’s packages (nothing is installed)',
  );
  try {
    await installEntry(context.cache, folder, async (staging) => {
      const packages = await missingPackages(context);
      const downloads = join(staging, 'deb');
      await mkdir(downloads);
      await execa('apt-get', ['download', '-q', ...packages], { ...options(context), cwd: downloads });
      for (const name of await readdir(downloads)) {
        await execa('dpkg-deb', ['-x', join(downloads, name), join(staging, 'root')], options(context));
      }
      await rm(downloads, { recursive: true });
      await writeLauncher(staging);
    });
    task.done('unpacked');
  } catch (error) {
    task.drop();
    context.signal.throwIfAborted();
    throw setupFailure(
      'REDIS_PACKAGES_FAILED',
      'redis-server: not to be had from the system’s packages',
      reasonOf(error).split('\n')[0] ?? '',
      'install Redis with your package manager, or leave it: the embedded server takes its place',
      error,
    );
  }
}

/** What apt would install for redis-server: it and the libraries this system lacks. */
async function missingPackages(context: SetupContext): Promise<string[]> {
  const args = ['install', '--print-uris', '-qq', '--no-install-recommends', 'redis-server'];
  const { stdout } = await execa('apt-get', args, options(context));
  const packages = [...stdout.matchAll(/^'[^']+' ([^_\s]+)_/gm)].flatMap(([, name]) => (name ? [name] : []));
  if (packages.length === 0) throw new Error('apt-get names no package to download for redis-server');
  return packages;
}

/** Packages hold libraries where the linker does not look by itself. */
async function writeLauncher(staging: string): Promise<void> {
  const launcher = join(staging, 'redis-server');
  const script = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")/root/usr',
    'libraries=$(echo "$here"/lib/*-linux-gnu* | tr " " ":")',
    'LD_LIBRARY_PATH="$libraries" exec "$here/bin/redis-server" "$@"',
  ];
  await writeFile(launcher, `${script.join('\n')}\n`);
  await chmod(launcher, 0o755);
  const version = await askVersion(launcher, ['--version']);
  if (version === null) throw new Error('the unpacked redis-server does not start');
  if (!fits(version, versions.acceptedOnPath.redis))
    throw new Error(`the packaged Redis is ${version}, too old`);
}

function options({ env, signal }: SetupContext) {
  return { env: { ...env, LC_ALL: 'C' }, cancelSignal: signal, stdin: 'ignore' } as const;
}
