import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from './create-context.ts';
import { findGo } from './go-toolchain.ts';
import { createProgress } from './progress.ts';
import { type FileServer, startFileServer } from './testing/file-server.ts';
import { platformOf } from './tools.ts';
import versions from './versions.json' with { type: 'json' };

describe('findGo', () => {
  let root: string;
  let server: FileServer;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'tune-go-'));
    mkdirSync(join(root, 'bin'));
    server = await startFileServer();
  });
  afterEach(async () => {
    await server.close();
    rmSync(root, { recursive: true });
  });
  function contextWith(goVersion: string | null) {
    const go = join(root, 'bin', 'go');
    if (goVersion !== null) {
      writeFileSync(go, `#!/bin/sh\necho 'go version go${goVersion} linux/amd64'\n`);
      chmodSync(go, 0o755);
    }
    const env = {
      PATH: join(root, 'bin'),
      TUNE_CACHE: join(root, 'cache'),
      TUNE_ORIGIN_GO: server.url,
      GOPROXY: `off,${server.url}/proxy,direct`,
    };
    const progress = createProgress({ write: () => {} });
    return createContext(
      { env, sources: ['path', 'download', 'build'], signal: new AbortController().signal },
      progress,
    );
  }

  it('takes the one on PATH when its version fits', async () => {
    expect(await findGo(contextWith('1.27.0'))).toEqual({ command: join(root, 'bin', 'go'), root: null });
    expect(server.requests).toEqual([]);
  });

  const { os, arch } = platformOf(process.platform, process.arch);
  const archive = `go${versions.go}.${os}-${arch}.tar.gz`;
  const zip = `v0.0.1-go${versions.go}.${os}-${arch}.zip`;

  it.runIf(archive in versions.sha256)(
    'names every way that failed, and keeps nothing of what was wrong',
    async () => {
      server.serve(`/${archive}`, 'not Go');
      await expect(findGo(contextWith('1.21.5'))).rejects.toMatchObject({
        code: 'GO_MISSING',
        message: `no Go to build the tools with (wanted ${versions.go})`,
        why: expect.stringMatching(
          new RegExp(
            `^${join(root, 'bin', 'go')} is 1\\.21\\.5\n` +
              `go ${versions.go}: ${archive} is not the file it should be\nSHA-256 .*\n` +
              `go ${versions.go}: ${server.url}/proxy/golang.org/toolchain/@v/${zip} cannot be downloaded\nHTTP 404$`,
          ),
        ),
        next: expect.stringContaining('https://go.dev/dl'),
      });
      expect(existsSync(join(root, 'cache', 'tools'))).toBe(false);
    },
  );
});
