import { toolPaths } from '../../scripts/tools/tool-paths.ts';
import versions from '../../scripts/tools/versions.json' with { type: 'json' };
import type { SandboxTools } from './sandbox-plan.ts';

/** @throws TuneError TOOLS_MISSING of set-up, naming what is not there */
export async function findSandboxTools(): Promise<{ tools: SandboxTools; kubeVersion: string }> {
  const paths = await toolPaths();
  const tools: SandboxTools = {
    kubectl: paths.kubectl,
    kwok: paths.kwok,
    kwokctl: paths.kwokctl,
    kubeApiserver: paths.kubeApiserver,
    kubeControllerManager: paths.kubeControllerManager,
    kubeScheduler: paths.kubeScheduler,
    etcd: paths.etcd,
    metricsServer: paths.metricsServer,
    metricsServerManifests: paths.metricsServerManifests,
    redisServer: paths.redisServer,
  };
  return { tools, kubeVersion: versions.kubernetes };
}
