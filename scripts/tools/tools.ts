import { type Unit, units } from './units.ts';
import versions from './versions.json' with { type: 'json' };

/** Versions that may be used as found: `atLeast` ≤ version < `below`. */
export interface VersionRange {
  readonly atLeast: string;
  readonly below: string;
}

export type Origin = keyof typeof versions.origins;

/** An official binary: where it is, and how one knows that it is the right one. */
export interface Release {
  readonly origin: Origin;
  /** Path below the origin. */
  readonly path: string;
  /** Asked only when versions.json pins no checksum for the file: the publisher's own list. */
  readonly checksum: { readonly origin: Origin; readonly path: string };
  /** The program's path in a tar.gz; absent when the file is the program. */
  readonly member?: string;
}

export interface Tool {
  /** Its file name in the cache, and its name in messages. */
  readonly name: string;
  readonly version: string;
  readonly unit: Unit;
  readonly onPath?: PathProgram;
  /** Its file name when built from source, where that differs. */
  readonly builtAs?: string;
  readonly release?: (platform: Platform) => Release;
}

/** A program that may be on PATH: how it is asked for its version, and which versions fit. */
export interface PathProgram {
  readonly program: string;
  readonly ask: readonly string[];
  readonly accepts: VersionRange;
}

/** As Go and the release pages spell it: `{ os: 'linux', arch: 'amd64' }`. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** @example platformOf('linux', 'x64') // { os: 'linux', arch: 'amd64' } */
export function platformOf(os: string, arch: string): Platform {
  return { os: os === 'win32' ? 'windows' : os, arch: arch === 'x64' ? 'amd64' : arch };
}

const accepted = versions.acceptedOnPath;

function kubernetes(name: string, ask: readonly string[] = ['--version']): Tool {
  const version = versions.kubernetes;
  return {
    name,
    version,
    unit: units.controlPlane,
    onPath: { program: name, ask, accepts: accepted.kubernetes },
    release: ({ os, arch }) => {
      const path = `/release/v${version}/bin/${os}/${arch}/${name}`;
      return { origin: 'kubernetes', path, checksum: { origin: 'kubernetes', path: `${path}.sha256` } };
    },
  };
}

function githubBinary(repository: string, name: string, version: string): (platform: Platform) => Release {
  return ({ os, arch }) => ({
    origin: 'github',
    path: `/${repository}/releases/download/v${version}/${name}-${os}-${arch}`,
    // These projects publish no checksum file; GitHub itself states the digest of each asset.
    checksum: { origin: 'githubApi', path: `/repos/${repository}/releases/tags/v${version}` },
  });
}

const etcd: Tool = {
  name: 'etcd',
  version: versions.etcd,
  unit: units.controlPlane,
  onPath: { program: 'etcd', ask: ['--version'], accepts: accepted.etcd },
  release: ({ os, arch }) => {
    const folder = `/etcd-io/etcd/releases/download/v${versions.etcd}`;
    const name = `etcd-v${versions.etcd}-${os}-${arch}`;
    return {
      origin: 'github',
      path: `${folder}/${name}.tar.gz`,
      checksum: { origin: 'github', path: `${folder}/SHA256SUMS` },
      member: `${name}/etcd`,
    };
  },
};

function kwok(name: string): Tool {
  return {
    name,
    version: versions.kwok,
    unit: units.kwok,
    onPath: { program: name, ask: ['--version'], accepts: accepted.kwok },
    release: githubBinary('kubernetes-sigs/kwok', name, versions.kwok),
  };
}

const metricsServer: Tool = {
  name: 'metrics-server',
  version: versions.metricsServer,
  unit: units.metricsServer,
  onPath: { program: 'metrics-server', ask: ['--version'], accepts: accepted.metricsServer },
  release: githubBinary('kubernetes-sigs/metrics-server', 'metrics-server', versions.metricsServer),
};

const helm: Tool = {
  name: 'helm',
  version: versions.helm,
  unit: units.helm,
  onPath: { program: 'helm', ask: ['version', '--short'], accepts: accepted.helm },
  release: ({ os, arch }) => {
    const path = `/helm-v${versions.helm}-${os}-${arch}.tar.gz`;
    const member = `${os}-${arch}/helm`;
    return { origin: 'helm', path, checksum: { origin: 'helm', path: `${path}.sha256sum` }, member };
  },
};

/** Every tool the product runs, by the name under which `toolPaths()` hands it out. */
export const tools = {
  kubeApiserver: kubernetes('kube-apiserver'),
  kubeControllerManager: kubernetes('kube-controller-manager'),
  kubeScheduler: kubernetes('kube-scheduler'),
  etcd,
  kubectl: kubernetes('kubectl', ['version', '--client']),
  kwok: kwok('kwok'),
  kwokctl: kwok('kwokctl'),
  metricsServer,
  helm,
  // k6 carries our own extension, so no other k6 can stand in for it.
  k6: { name: 'k6', version: versions.k6, unit: units.k6 },
  redisServer: {
    name: 'redis-server',
    version: versions.miniredis,
    unit: units.embeddedRedis,
    builtAs: 'embedded-redis',
    onPath: { program: 'redis-server', ask: ['--version'], accepts: accepted.redis },
  },
  manifests: {
    name: 'manifests',
    version: `${versions.kwok}+${versions.metricsServer}`,
    unit: units.manifests,
  },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;
