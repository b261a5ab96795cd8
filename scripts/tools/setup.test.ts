import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cutAfter, type FileServer, startFileServer } from './testing/file-server.ts';
import { archiveWith, createSetUpWorld, type SetUpWorld, sha256Of } from './testing/set-up-world.ts';
import { platformOf } from './tools.ts';
import versions from './versions.json' with { type: 'json' };

const { os, arch } = platformOf(process.platform, process.arch);
const everyUnit = ['control-plane', 'embedded-redis', 'helm', 'k6', 'kwok', 'kwokctl', 'metrics-server'];

describe('scripts/setup', { timeout: 30_000 }, () => {
  let world: SetUpWorld;
  let server: FileServer;
  beforeEach(async () => {
    world = createSetUpWorld();
    server = await startFileServer();
  });
  afterEach(async () => {
    await server.close();
    world.remove();
  });

  /** Resolves once a build is under way. */
  const buildStarted = () =>
    expect.poll(() => existsSync(join(world.root, 'bin/pids.log')), { timeout: 20_000 }).toBe(true);

  it('builds everything where no publisher can be reached, and then finds it all in place', async () => {
    const first = await world.run();
    expect(first.printed).toContain('http://127.0.0.1:1 cannot be reached');
    expect(first.printed).toMatch(/setup: control-plane: built in \d/);
    expect(first.exitCode).toBe(0);
    expect(world.builds().sort()).toEqual(everyUnit);
    expect(new Set(Object.values(world.sources()))).toEqual(new Set(['build']));
    const second = await world.run({}, { quiet: true });
    expect(second).toEqual({ exitCode: 0, printed: '' });
    expect(world.builds()).toHaveLength(everyUnit.length);
  });

  it('takes what publishers offer when the checksum is right, and builds only the rest', async () => {
    const binaries = `/release/v${versions.kubernetes}/bin/${os}/${arch}`;
    for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']) {
      server.serve(`${binaries}/${name}`, name);
      server.serve(`${binaries}/${name}.sha256`, sha256Of(name));
    }
    const etcd = `etcd-v${versions.etcd}-${os}-${arch}`;
    const etcdArchive = archiveWith(world, `${etcd}/etcd`, 'etcd');
    const etcdFolder = `/etcd-io/etcd/releases/download/v${versions.etcd}`;
    server.serve(`${etcdFolder}/${etcd}.tar.gz`, etcdArchive);
    server.serve(`${etcdFolder}/SHA256SUMS`, `${sha256Of(etcdArchive)}  ${etcd}.tar.gz\n`);
    // A wrong list for Helm, a file that is not the pinned one for kwok, and half a file for metrics-server.
    const helm = `/helm-v${versions.helm}-${os}-${arch}.tar.gz`;
    server.serve(helm, archiveWith(world, `${os}-${arch}/helm`, 'helm'));
    server.serve(`${helm}.sha256sum`, `${'0'.repeat(64)}  ${helm.slice(1)}\n`);
    server.serve(`/kubernetes-sigs/kwok/releases/download/v${versions.kwok}/kwok-${os}-${arch}`, 'not kwok');
    const metricsServer = `/kubernetes-sigs/metrics-server/releases/download/v${versions.metricsServer}`;
    server.serve(`${metricsServer}/metrics-server-${os}-${arch}`, cutAfter('half', 8));

    const { url } = server;
    const origins = {
      TUNE_ORIGIN_KUBERNETES: url,
      TUNE_ORIGIN_GITHUB: url,
      TUNE_ORIGIN_GITHUB_API: url,
      TUNE_ORIGIN_HELM: url,
    };
    const { exitCode, printed } = await world.run(origins);
    expect(printed).toContain(
      `helm ${versions.helm}: helm-v${versions.helm}-${os}-${arch}.tar.gz is not the file it should be`,
    );
    expect(printed).toContain(`kwok ${versions.kwok}: kwok-${os}-${arch} is not the file it should be`);
    expect(printed).toContain(`the transfer of metrics-server-${os}-${arch} broke off after 4 of 8 bytes`);
    expect(printed).toContain(`kwokctl ${versions.kwok}: ${url}/kubernetes-sigs/kwok/releases/download`);
    expect(exitCode).toBe(0);
    expect(world.builds().sort()).toEqual([
      'embedded-redis',
      'helm',
      'k6',
      'kwok',
      'kwokctl',
      'metrics-server',
    ]);
    expect(world.sources()).toEqual({
      'kube-apiserver': 'download',
      'kube-controller-manager': 'download',
      'kube-scheduler': 'download',
      kubectl: 'download',
      etcd: 'download',
      helm: 'build',
      k6: 'build',
      kwok: 'build',
      kwokctl: 'build',
      manifests: 'build',
      'metrics-server': 'build',
      'redis-server': 'build',
    });
    const [etcdFile = ''] = world.files('tools/etcd').filter((file) => file.endsWith('/etcd'));
    expect(readFileSync(join(world.cache, 'tools/etcd', etcdFile), 'utf8')).toBe('etcd');
    expect(world.files('staging')).toEqual([]);
  });

  it('prefers a fitting version on PATH, says so, and looks again once PATH offers something else', async () => {
    const path = world.put('kwok', "#!/bin/sh\necho 'kwok version v0.8.1'\n");
    world.put('helm', "#!/bin/sh\necho 'v3.19.0'\n");
    const { printed } = await world.run();
    expect(printed).toContain(`setup: kwok: ${path} (0.8.1) fits`);
    expect(world.sources()).toMatchObject({ kwok: 'path', kwokctl: 'build', helm: 'build' });
    world.put('helm', "#!/bin/sh\necho 'v4.0.5'\n");
    await world.run();
    expect(world.sources()).toMatchObject({ kwok: 'path', helm: 'path' });
  });

  it('names every tool it could not get, why, and what to do, and leaves nothing half installed', async () => {
    const { exitCode, printed } = await world.run({
      FAKE_GO_ERROR: 'dial tcp: lookup proxy.golang.org: no such host',
    });
    expect(exitCode).toBe(3);
    const helm = printed.slice(
      printed.indexOf(`error TOOL_NOT_SET_UP: helm ${versions.helm} cannot be set up`),
    );
    expect(helm).toContain('no helm on PATH');
    expect(helm).toContain(`helm ${versions.helm}: 127.0.0.1:1 cannot be reached`);
    expect(helm).toContain('dial tcp: lookup proxy.golang.org: no such host');
    expect(helm).toMatch(/next: check that the Go module proxy can be reached, or set GOPROXY/);
    expect(printed.match(/error TOOL_NOT_SET_UP/g)).toHaveLength(6);
    // The manifests need no build; they are there, and whole.
    expect(world.files('tools').filter((file) => !file.startsWith('manifests'))).toEqual([]);
    expect(world.files('staging')).toEqual([]);
    expect(Object.keys(world.sources())).toEqual(['manifests']);
  });

  it('does each build once when two run at the same time', async () => {
    const both = [world.start({ FAKE_GO_SECONDS: '0.3' }), world.start({ FAKE_GO_SECONDS: '0.3' })];
    const results = await Promise.all(both);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(world.builds().sort()).toEqual(everyUnit);
    expect(results.map(({ stderr }) => stderr).join('')).toMatch(
      /waiting for another set-up that is at it \(process \d+\)/,
    );
  });

  it('carries on after one that was killed in the middle', async () => {
    const killed = world.start({ FAKE_GO_HANGS: 'yes' });
    await buildStarted();
    const left = world.files('locks');
    killed.kill('SIGKILL');
    await killed;
    world.endBuilds();
    expect(left.length).toBeGreaterThan(0);
    expect(await world.run()).toMatchObject({ exitCode: 0 });
    expect(world.files('staging')).toEqual([]);
    expect(world.files('locks')).toEqual([]);
  });

  it('ends at once on an interrupt, with 130, and keeps nothing half done', async () => {
    const interrupted = world.start({ FAKE_GO_HANGS: 'yes' });
    await buildStarted();
    interrupted.kill('SIGINT');
    const { exitCode, stderr, durationMs } = await interrupted;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('setup: interrupted');
    expect(durationMs).toBeLessThan(20_000);
    expect(world.files('staging')).toEqual([]);
    expect(world.files('locks')).toEqual([]);
  });

  it('refuses a word it does not know in TUNE_SOURCES or TUNE_REDIS', async () => {
    expect(await world.run({ TUNE_SOURCES: 'path,magic' })).toMatchObject({
      exitCode: 2,
      printed: expect.stringContaining(
        'error BAD_TUNE_SOURCES: TUNE_SOURCES names "magic"\n  why:  it takes path, download, build',
      ),
    });
    expect(await world.run({ TUNE_REDIS: 'valkey' })).toMatchObject({
      exitCode: 2,
      printed: expect.stringContaining('error BAD_TUNE_REDIS: TUNE_REDIS names "valkey"'),
    });
  });
});
