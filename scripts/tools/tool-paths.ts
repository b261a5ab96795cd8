import { join } from 'node:path';
import { exitCodes, TuneError } from '../../tuner/errors.ts';
import { readResolution } from './resolution.ts';
import { type ToolName, tools } from './tools.ts';

/** Absolute paths of the programs and files that set-up provides. */
export interface ToolPaths {
  readonly k6: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly etcd: string;
  readonly kubectl: string;
  readonly kwok: string;
  readonly kwokctl: string;
  readonly metricsServer: string;
  readonly helm: string;
  /** `embedded` is a server of ours that speaks the same protocol, where there is no Redis. */
  readonly redisServer: { readonly path: string; readonly flavour: 'redis' | 'embedded' };
  /** Kustomize folder of metrics-server. */
  readonly metricsServerManifests: string;
  /** kwok's YAML that takes a pod's usage from its annotations. */
  readonly kwokUsageConfig: string;
  /** kwok's YAML that serves usage as a kubelet would. */
  readonly kwokResourceConfig: string;
}

/**
 * Where set-up put everything.
 *
 * @throws TuneError TOOLS_MISSING naming every tool that is not there; for k6 when the property is read
 */
export async function toolPaths(): Promise<ToolPaths> {
  const names = (Object.keys(tools) as ToolName[]).filter((name) => name !== 'k6');
  const missing = names.filter((name) => readResolution(name) === null);
  if (missing.length > 0) throw toolsMissing(missing);
  const manifests = toolPath('manifests');
  return {
    // Looked up when it is used: k6 changes with the extension's sources, and a sandbox need not wait for it.
    get k6() {
      return toolPath('k6');
    },
    kubeApiserver: toolPath('kubeApiserver'),
    kubeControllerManager: toolPath('kubeControllerManager'),
    kubeScheduler: toolPath('kubeScheduler'),
    etcd: toolPath('etcd'),
    kubectl: toolPath('kubectl'),
    kwok: toolPath('kwok'),
    kwokctl: toolPath('kwokctl'),
    metricsServer: toolPath('metricsServer'),
    helm: toolPath('helm'),
    redisServer: { path: toolPath('redisServer'), flavour: redisFlavour() },
    metricsServerManifests: join(manifests, 'metrics-server'),
    kwokUsageConfig: join(manifests, 'kwok', 'usage-from-annotation.yaml'),
    kwokResourceConfig: join(manifests, 'kwok', 'metrics-resource.yaml'),
  };
}

/**
 * Where one tool is.
 *
 * @throws TuneError TOOLS_MISSING when set-up has not run since versions or sources changed
 */
export function toolPath(name: ToolName): string {
  const resolution = readResolution(name);
  if (resolution === null) throw toolsMissing([name]);
  return resolution.file.path;
}

function redisFlavour(): 'redis' | 'embedded' {
  return readResolution('redisServer')?.source === 'build' ? 'embedded' : 'redis';
}

function toolsMissing(names: readonly ToolName[]): TuneError {
  return new TuneError({
    code: 'TOOLS_MISSING',
    message: `not set up: ${names.map((name) => `${tools[name].name} ${tools[name].version}`).join(', ')}`,
    why: 'never set up, or their versions or sources changed since',
    next: 'run `scripts/setup`',
    exitCode: exitCodes.usage,
  });
}
