import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { exitCodes, TuneError } from '../errors.ts';
import { type Manifests, parseManifests } from './manifests.ts';
import type { Values } from './values-document.ts';

/** Renders the chart with values laid over its own; later ones win, as with several `helm --values`. */
export type RenderChart = (...layers: readonly Values[]) => Promise<Manifests>;

export interface ChartSource {
  readonly helmPath: string;
  /** Folder or .tgz. */
  readonly chartPath: string;
  readonly release: string;
  readonly namespace: string;
  /** `1.37.2` or `v1.37.2`; charts ask it which API versions there are. null: helm's own default. */
  readonly kubernetesVersion: string | null;
}

/**
 * `helm template`, without a cluster and without a network.
 *
 * @throws TuneError CHART_NOT_RENDERED with helm's own words
 */
export function chartRenderer(source: ChartSource): RenderChart {
  return async (...layers) => {
    const folder = await mkdtemp(join(tmpdir(), 'tune-render-'));
    try {
      const files = layers.map((_, index) => join(folder, `values-${index}.yaml`));
      await Promise.all(layers.map((values, index) => writeFile(files[index] ?? '', stringify(values))));
      return parseManifests(await template(source, files, folder));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

async function template(source: ChartSource, valueFiles: readonly string[], folder: string): Promise<string> {
  const { helmPath, chartPath, release, namespace, kubernetesVersion } = source;
  const values = valueFiles.flatMap((file) => ['--values', file]);
  const version = kubernetesVersion === null ? [] : ['--kube-version', kubernetesVersion.replace(/^v?/, 'v')];
  const result = await execa(
    helmPath,
    ['template', release, chartPath, '--namespace', namespace, ...version, ...values],
    // Helm's caches go where the values are, so that rendering leaves nothing in the user's home.
    { reject: false, env: { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder } },
  );
  if (!result.failed) return result.stdout ?? '';
  throw chartNotRendered(source, result.stderr || (result.shortMessage ?? ''));
}

function chartNotRendered({ chartPath }: ChartSource, stderr: string): TuneError {
  const words = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(level=|WARNING)/.test(line))
    .slice(0, 4)
    .join('\n');
  const lacksDependencies = /missing in charts\/|helm dependency build/.test(stderr);
  return new TuneError({
    code: 'CHART_NOT_RENDERED',
    message: `helm template could not render ${chartPath}`,
    why: words,
    next: lacksDependencies
      ? `helm dependency build ${chartPath}`
      : 'name the chart’s folder or .tgz with --chart, and what it needs to render with --values FILE (helm get values RELEASE --output yaml)',
    exitCode: exitCodes.usage,
  });
}
