import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import versions from './versions.json' with { type: 'json' };

const checkout = join(import.meta.dirname, '..', '..');
const programs = join(import.meta.dirname, 'programs');

/** What one build makes: several programs may come out of it. */
export interface Unit {
  readonly name: string;
  /** Folder of the Go module the build runs in. */
  readonly moduleFolder: string;
  /** Folders of our own sources that go into it; the module's go.mod and go.sum always do. */
  readonly sources: readonly string[];
  readonly packages: readonly string[];
  /** `-X` values: what the programs say of their version. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Names under which the one program that was built is linked. */
  readonly links: readonly string[];
}

const minor = versions.kubernetes.split('.')[1] ?? '';
const kubernetesStamps = Object.fromEntries(
  ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
    [`${path}.gitVersion`, `v${versions.kubernetes}`],
    [`${path}.gitMajor`, '1'],
    [`${path}.gitMinor`, minor],
    [`${path}.gitTreeState`, 'clean'],
  ]),
);

const pinned = { moduleFolder: programs, sources: [], links: [], stamps: {} };

export const units = {
  controlPlane: {
    ...pinned,
    name: 'control-plane',
    sources: [join(programs, 'control-plane')],
    packages: ['./control-plane'],
    stamps: kubernetesStamps,
    links: ['etcd', 'kubectl', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
  },
  kwok: {
    ...pinned,
    name: 'kwok',
    packages: ['sigs.k8s.io/kwok/cmd/kwok', 'sigs.k8s.io/kwok/cmd/kwokctl'],
    stamps: { 'sigs.k8s.io/kwok/pkg/consts.Version': `v${versions.kwok}` },
  },
  metricsServer: {
    ...pinned,
    name: 'metrics-server',
    packages: ['sigs.k8s.io/metrics-server/cmd/metrics-server'],
    stamps: { 'k8s.io/client-go/pkg/version.gitVersion': `v${versions.metricsServer}` },
  },
  helm: {
    ...pinned,
    name: 'helm',
    packages: ['helm.sh/helm/v4/cmd/helm'],
    stamps: { 'helm.sh/helm/v4/internal/version.version': `v${versions.helm}` },
  },
  embeddedRedis: {
    ...pinned,
    name: 'embedded-redis',
    sources: [join(programs, 'embedded-redis')],
    packages: ['./embedded-redis'],
    stamps: { 'main.version': versions.miniredis },
  },
  /** Not a build: the files kwok and metrics-server are configured with, taken from their modules. */
  manifests: { ...pinned, name: 'manifests', packages: [] },
  k6: {
    ...pinned,
    name: 'k6',
    moduleFolder: join(checkout, 'scenarios', 'extension'),
    sources: [join(checkout, 'scenarios', 'extension')],
    packages: ['./cmd/k6'],
  },
} as const satisfies Record<string, Unit>;

/**
 * Address of what a unit makes in the cache: equal exactly when versions, sources, flags and platform are.
 *
 * @returns 16 hex digits
 */
export function unitKey(unit: Unit): string {
  const hash = createHash('sha256');
  const { packages, stamps, links } = unit;
  hash.update(JSON.stringify({ packages, stamps, links, platform: `${process.platform}-${process.arch}` }));
  const modules = ['go.mod', 'go.sum'].map((name) => join(unit.moduleFolder, name));
  for (const file of [...modules.filter(existsSync), ...unit.sources.flatMap(sourceFiles)]) {
    hash.update(`\0${relative(checkout, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Everything but tests: a program may embed files that are no Go. */
function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('_test.go'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/testdata/'))
    .sort();
}
