import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { unzipSync } from 'fflate';
import type { TuneError } from '../../tuner/errors.ts';
import { installEntry, isWholeEntry } from './cache-entry.ts';
import { downloadFile } from './download.ts';
import { findOnPath } from './find-on-path.ts';
import { askVersion, fits } from './path-offer.ts';
import type { SetupContext } from './setup-context.ts';
import { setupFailure } from './setup-failure.ts';
import { platformOf } from './tools.ts';
import versions from './versions.json' with { type: 'json' };

/** A Go toolchain to build with: `root` is null for the one on PATH, which finds its own. */
export interface GoToolchain {
  readonly command: string;
  readonly root: string | null;
}

/**
 * Go from PATH when its version fits, else from the cache, go.dev, or the Go module proxy, in this order.
 *
 * @throws TuneError GO_MISSING
 */
export async function findGo(context: SetupContext): Promise<GoToolchain> {
  const onPath = context.sources.includes('path') ? findOnPath('go', context.env) : null;
  const version = onPath === null ? null : await askVersion(onPath.path, ['version']);
  if (onPath !== null && version !== null && fits(version, versions.acceptedOnPath.go)) {
    return { command: onPath.path, root: null };
  }
  const { os, arch } = platformOf(process.platform, process.arch);
  const folder = join(context.cache, 'tools', 'go', `${versions.go}-${os}-${arch}`);
  if (!isWholeEntry(folder)) {
    const found = onPath === null ? 'no go on PATH' : `${onPath.path} is ${version ?? 'of unknown version'}`;
    await fetchGo(context, folder, found);
  }
  return { command: join(folder, 'bin', 'go'), root: folder };
}

async function fetchGo(context: SetupContext, folder: string, found: string): Promise<void> {
  const { os, arch } = platformOf(process.platform, process.arch);
  const archive = `go${versions.go}.${os}-${arch}.tar.gz`;
  const unreachable = await context.origins.whyUnreachable('go');
  const reasons = [found];
  if (unreachable === null) {
    const problem = await attempt(context, folder, context.origins.url('go', `/${archive}`), unpackTar);
    if (problem === null) return;
    reasons.push(problem.message, problem.why);
  } else reasons.push(`${context.origins.url('go', '')}: ${unreachable}`);
  const zip = `v0.0.1-go${versions.go}.${os}-${arch}.zip`;
  const url = `${moduleProxy(context.env)}/golang.org/toolchain/@v/${zip}`;
  const problem = await attempt(context, folder, url, unpackToolchainModule);
  if (problem === null) return;
  throw setupFailure(
    'GO_MISSING',
    `no Go to build the tools with (wanted ${versions.go})`,
    [...reasons, problem.message, problem.why].join('\n'),
    'install Go from https://go.dev/dl and put it on PATH, or set GOPROXY to a module proxy that can be reached',
    problem,
  );
}

type Unpack = (archive: string, folder: string) => Promise<void>;

/** @returns what went wrong; null when Go is in place */
async function attempt(context: SetupContext, folder: string, url: string, unpack: Unpack) {
  const task = context.progress.begin(`go ${versions.go}`, `downloading ${url}`);
  try {
    const sha256 = (versions.sha256 as Record<string, string>)[basename(url)];
    if (sha256 === undefined) throw noPin(basename(url));
    await installEntry(context.cache, folder, async (staging) => {
      const archive = join(staging, basename(url));
      await downloadFile(archive, { tool: `go ${versions.go}`, url, sha256, signal: context.signal });
      await unpack(archive, staging);
      await rm(archive);
    });
    task.done('ready');
    return null;
  } catch (error) {
    task.drop();
    context.signal.throwIfAborted();
    return error as TuneError;
  }
}

async function unpackTar(archive: string, folder: string): Promise<void> {
  await execa('tar', ['-xzf', archive, '-C', folder, '--strip-components=1']);
}

/** The toolchain as a module: everything lies below golang.org/toolchain@VERSION/, and nothing is executable. */
async function unpackToolchainModule(archive: string, folder: string): Promise<void> {
  for (const [name, content] of Object.entries(unzipSync(await readFile(archive)))) {
    const path = join(folder, 'unpacked', name.split('/').slice(2).join('/'));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: /^[^/]+\/[^/]+\/(bin|pkg\/tool)\//.test(name) ? 0o755 : 0o644 });
  }
  for (const name of await readdir(join(folder, 'unpacked'))) {
    await rename(join(folder, 'unpacked', name), join(folder, name));
  }
  await chmod(join(folder, 'bin', 'go'), 0o755);
  await rm(join(folder, 'unpacked'), { recursive: true });
}

/** The first proxy of GOPROXY; `direct` and `off` cannot serve a toolchain. */
function moduleProxy(env: NodeJS.ProcessEnv): string {
  const first = (env.GOPROXY ?? '').split(/[,|]/).find((entry) => entry.startsWith('http'));
  return (first ?? 'https://proxy.golang.org').replace(/\/$/, '');
}

function noPin(name: string) {
  return setupFailure(
    'CHECKSUM_UNKNOWN',
    `${name}: no checksum to verify the download with`,
    'Go is pinned for Linux on amd64 and arm64 only',
    'install Go from https://go.dev/dl and put it on PATH',
  );
}
