import { createWriteStream } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { installEntry } from './cache-entry.ts';
import type { GoToolchain } from './go-toolchain.ts';
import type { SetupContext } from './setup-context.ts';
import { setupFailure } from './setup-failure.ts';
import type { Unit } from './units.ts';

/**
 * Builds a unit with Go and puts what comes out into the cache.
 *
 * @throws TuneError BUILD_FAILED with the end of Go's output
 */
export async function buildUnit(unit: Unit, folder: string, context: SetupContext): Promise<void> {
  const go = await context.go();
  await context.limitBuildsIn(unit.moduleFolder)(async () => {
    const task = context.progress.begin(unit.name, `building ${unit.packages.join(' and ')}`);
    try {
      await installEntry(context.cache, folder, async (staging) => {
        await runGoBuild(unit, staging, {
          go,
          context,
          onPackage: (count) => task.update(`building (${count} packages)`),
        });
        for (const name of unit.links) await symlink(basename(unit.packages[0] ?? ''), join(staging, name));
      });
      task.done('built');
    } catch (error) {
      task.drop();
      throw error;
    }
  });
}

interface BuildRun {
  readonly go: GoToolchain;
  readonly context: SetupContext;
  readonly onPackage: (count: number) => void;
}

async function runGoBuild(unit: Unit, out: string, { go, context, onPackage }: BuildRun): Promise<void> {
  const log = join(context.cache, 'logs', `${unit.name}.log`);
  await mkdir(dirname(log), { recursive: true });
  const stamps = Object.entries(unit.stamps).map(([name, value]) => `-X ${name}=${value}`);
  const args = ['build', '-v', '-trimpath', '-ldflags', ['-s', '-w', ...stamps].join(' '), '-o', `${out}/`];
  const child = execa(go.command, [...args, ...unit.packages], {
    cwd: unit.moduleFolder,
    env: goEnvironment(go, context.env),
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    cancelSignal: context.signal,
    // Go ends its compilers and removes its files on an interrupt; after SIGTERM both would stay.
    killSignal: 'SIGINT',
  });
  const force = () => setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
  context.signal.addEventListener('abort', force, { once: true });
  let packages = 0;
  child.all.pipe(createWriteStream(log));
  child.all.on('data', (chunk: Buffer) => {
    packages += chunk.toString().split('\n').length - 1;
    onPackage(packages);
  });
  const { failed } = await child;
  context.signal.throwIfAborted();
  if (failed) throw buildFailed(unit, log, await readFile(log, 'utf8').catch(() => ''));
}

/** Everything that could make two machines build something else from the same sources is set here. */
export function goEnvironment(go: GoToolchain, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const fixed = {
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
  };
  return { ...env, ...fixed, ...(go.root === null ? {} : { GOROOT: go.root }) };
}

function buildFailed(unit: Unit, log: string, output: string) {
  // With -v Go names each package on a line of its own; what is left are messages.
  const messages = output
    .split('\n')
    .filter((line) => /\s/.test(line.trim()) && !line.startsWith('go: downloading'));
  return setupFailure(
    'BUILD_FAILED',
    `${unit.name}: go build failed`,
    `${messages.slice(-6).join('\n') || 'Go was ended from outside'}\nwhole output: ${log}`,
    nextStep(output),
  );
}

function nextStep(output: string): string {
  if (/no space left on device/i.test(output)) return 'free disk space, then run `scripts/setup` again';
  if (/dial tcp|no such host|connection refused|i\/o timeout|proxyconnect/i.test(output)) {
    return 'check that the Go module proxy can be reached, or set GOPROXY to one that can; then run `scripts/setup` again';
  }
  return 'read the whole output; when it is a compile error of ours, please report it';
}
