import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { setUp } from '../setup.ts';
import versions from '../versions.json' with { type: 'json' };

/**
 * A Go that makes what it is asked for in no time: `version` says ours, `build` writes an empty program a
 * package and notes it in builds.log, `mod download` shows a folder with the files that are copied.
 */
const fakeGo = `#!/bin/sh
here=\${0%/*}
case "$1" in
version) echo "go version go${versions.go} linux/amd64" ;;
mod) echo "{\\"Dir\\": \\"$here/module\\"}" ;;
build)
  echo $$ >>"$here/pids.log"
  if [ -n "$FAKE_GO_HANGS" ]; then exec sleep 60; fi
  if [ -n "$FAKE_GO_SECONDS" ]; then sleep "$FAKE_GO_SECONDS"; fi
  if [ -n "$FAKE_GO_ERROR" ]; then echo "$FAKE_GO_ERROR" >&2; exit 1; fi
  for argument; do
    if [ "$before" = -o ]; then out=$argument; fi
    before=$argument
    case "$argument" in */cmd/*|./*) : >"$out/\${argument##*/}"; echo "\${argument##*/}" >>"$here/builds.log" ;; esac
  done ;;
esac
`;

/** A machine of its own for set-up: PATH, cache and Go are folders below one that goes away. */
export function createSetUpWorld() {
  const root = mkdtempSync(join(tmpdir(), 'tune-set-up-'));
  const bin = join(root, 'bin');
  const cache = join(root, 'cache');
  for (const file of [
    'manifests/base/kustomization.yaml',
    'kustomize/metrics/usage/usage-from-annotation.yaml',
    'kustomize/metrics/resource/metrics-resource.yaml',
  ]) {
    mkdirSync(join(bin, 'module', file, '..'), { recursive: true });
    writeFileSync(join(bin, 'module', file), '');
  }
  const put = (name: string, script: string) => {
    writeFileSync(join(bin, name), script);
    chmodSync(join(bin, name), 0o755);
    return join(bin, name);
  };
  put('go', fakeGo);
  const closed = 'http://127.0.0.1:1';
  const unreachable = Object.fromEntries(
    ['KUBERNETES', 'GITHUB', 'GITHUB_API', 'HELM', 'GO'].map((name) => [`TUNE_ORIGIN_${name}`, closed]),
  );
  const base = {
    // The shell of the fake Go needs its few programs; where they lie there may be a Redis, which is not used.
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: root,
    TUNE_CACHE: cache,
    TUNE_REDIS: 'embedded',
    ...unreachable,
  };
  return {
    root,
    cache,
    put,
    /** Runs a set-up in this process. */
    async run(env: Record<string, string> = {}, { quiet = false } = {}) {
      const written: string[] = [];
      const output = { write: (text: string) => written.push(text) };
      const exitCode = await setUp({ quiet, output }, { ...base, ...env });
      return { exitCode, printed: written.join('') };
    },
    /** Starts one in a process of its own. */
    start: (env: Record<string, string> = {}) =>
      execa(process.execPath, [join(import.meta.dirname, '..', 'setup.ts')], {
        env: { ...base, ...env },
        extendEnv: false,
        reject: false,
      }),
    /** Programs that were built, one name a build. */
    builds: () =>
      existsSync(join(bin, 'builds.log'))
        ? readFileSync(join(bin, 'builds.log'), 'utf8').trim().split('\n')
        : [],
    /** Ends builds whose set-up was killed before it could. */
    endBuilds() {
      for (const pid of readFileSync(join(bin, 'pids.log'), 'utf8').trim().split('\n').map(Number)) {
        process.kill(pid, 'SIGKILL');
      }
    },
    /** Tool → where it comes from, as set-up noted it. */
    sources: () =>
      Object.fromEntries(
        readdirSync(join(cache, 'resolved')).map((file) => {
          const { source } = JSON.parse(readFileSync(join(cache, 'resolved', file), 'utf8')) as {
            source: string;
          };
          return [file.replace(/-[0-9a-f]{16}\.json$/, ''), source];
        }),
      ),
    files: (folder: string) =>
      existsSync(join(cache, folder))
        ? readdirSync(join(cache, folder), { recursive: true }).map(String).sort()
        : [],
    remove: () => rmSync(root, { recursive: true }),
  };
}

export type SetUpWorld = ReturnType<typeof createSetUpWorld>;

/** A tar.gz with one program in it, as release pages have them. */
export function archiveWith(world: SetUpWorld, member: string, content: string): Buffer {
  const folder = mkdtempSync(join(world.root, 'archive-'));
  mkdirSync(join(folder, member, '..'), { recursive: true });
  writeFileSync(join(folder, member), content);
  execFileSync('tar', ['-czf', join(folder, 'archive.tar.gz'), '-C', folder, member]);
  return readFileSync(join(folder, 'archive.tar.gz'));
}

export function sha256Of(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}
