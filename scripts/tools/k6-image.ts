import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { exitCodes, failure, formatError, TuneError } from '../../tuner/errors.ts';
import { goEnvironment } from './build-unit.ts';
import { createContext } from './create-context.ts';
import { findOnPath } from './find-on-path.ts';
import { createProgress } from './progress.ts';
import { toolPath } from './tool-paths.ts';

const extension = join(import.meta.dirname, '..', '..', 'scenarios', 'extension');
const architectures = ['amd64', 'arm64'];
const hostArchitecture = arch() === 'x64' ? 'amd64' : arch();

/** @returns the image's name */
export async function makeK6Image(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { name, architecture, isPushed } = readOptions(args);
  const engine = await findEngine(env);
  const folder = mkdtempSync(join(tmpdir(), 'k6-image-'));
  try {
    await placeK6(join(folder, 'k6'), architecture, env);
    // Those that Node carries are Mozilla's, and do not depend on this machine.
    writeFileSync(join(folder, 'ca-certificates.crt'), `${rootCertificates.join('\n')}\n`);
    const file = join(extension, 'Containerfile');
    const platform = `linux/${architecture}`;
    const options = architecture === hostArchitecture ? [] : ['--platform', platform];
    await run(engine, ['build', ...options, '-f', file, '-t', name, folder], env);
    if (isPushed) await run(engine, ['push', name], env);
    return name;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readOptions(args: readonly string[]) {
  const options = {
    arch: { type: 'string', default: hostArchitecture },
    push: { type: 'boolean', default: false },
  } as const;
  const usage = 'scripts/k6-image [--arch amd64|arm64] [--push] NAME, such as registry.example.com/tune-k6:1';
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [name] = positionals;
    if (name === undefined || positionals.length > 1) throw new Error('one name of an image is needed');
    if (!architectures.includes(values.arch))
      throw new Error(`--arch is ${values.arch}; there are ${architectures.join(', ')}`);
    return { name, architecture: values.arch, isPushed: values.push };
  } catch (thrown) {
    throw failure('USAGE', thrown instanceof Error ? thrown.message : String(thrown), {
      why: 'nothing was built',
      next: usage,
      exitCode: exitCodes.usage,
    });
  }
}

async function findEngine(env: NodeJS.ProcessEnv): Promise<string> {
  for (const name of ['docker', 'podman']) {
    const path = findOnPath(name, env)?.path ?? null;
    if (path === null) continue;
    const { failed } = await execa(path, ['info'], { env, reject: false });
    if (!failed) return path;
  }
  throw failure('NO_CONTAINER_ENGINE', 'neither docker nor podman answers', {
    why: 'an image is built by one of them',
    next: 'start Docker (or set DOCKER_HOST), or build scenarios/extension/Containerfile elsewhere',
    exitCode: exitCodes.usage,
  });
}

async function placeK6(path: string, architecture: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (architecture === hostArchitecture) {
    copyFileSync(toolPath('k6'), path);
    return;
  }
  const { signal } = new AbortController();
  const { go } = createContext(
    { env, signal, sources: ['path', 'download', 'build'] },
    createProgress(process.stderr),
  );
  const toolchain = await go();
  const environment = { ...goEnvironment(toolchain, env), GOOS: 'linux', GOARCH: architecture };
  const flags = ['build', '-trimpath', '-ldflags', '-s -w', '-o', path, './cmd/k6'];
  await run(toolchain.command, flags, environment, extension);
}

async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd?: string,
): Promise<void> {
  const toScreen = { stdin: 'ignore', stdout: process.stderr, stderr: process.stderr } as const;
  const result = await execa(command, [...args], {
    ...toScreen,
    env,
    reject: false,
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (!result.failed) return;
  throw failure(
    'IMAGE_FAILED',
    `${command} ${args[0]} failed (${result.exitCode ?? result.signal ?? 'not started'})`,
    {
      why: 'its own words stand above',
      next:
        args[0] === 'push'
          ? 'log in to the registry, then run the command again'
          : 'mend what it names, then run the command again',
      exitCode: exitCodes.usage,
    },
  );
}

if (process.argv[1] === import.meta.filename) {
  try {
    process.stdout.write(`${await makeK6Image(process.argv.slice(2))}\n`);
  } catch (error) {
    if (!(error instanceof TuneError)) throw error;
    process.stderr.write(`${formatError(error)}\n`);
    process.exitCode = error.exitCode;
  }
}
