import { ApiClient } from '../cluster/api-client.ts';
import { explainApiError } from '../cluster/explain-api-error.ts';
import { loadKubeconfig } from '../cluster/kubeconfig.ts';
import type { Target } from '../contracts/config.ts';
import type { Evidence } from '../contracts/evidence.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { type HpaManifest, hpaManifestsIn } from './read-hpa-manifests.ts';

/**
 * The HPAs now in force on the Deployments that a run recorded. Reads, and changes nothing.
 *
 * @throws TuneError exit 3 for a cluster that cannot be reached or forbids; NO_LIVE_HPA where nothing scales them
 */
export async function readLiveHpas(
  target: Target,
  evidence: Evidence,
  signal: AbortSignal,
): Promise<HpaManifest[]> {
  const api = new ApiClient(loadKubeconfig(target));
  const path = `/apis/autoscaling/v2/namespaces/${target.namespace}/horizontalpodautoscalers`;
  try {
    const list = {
      kind: 'HorizontalPodAutoscalerList',
      apiVersion: 'autoscaling/v2',
      ...asObject(await api.get(path, { signal })),
    };
    const deployments = Object.values(evidence.components).map(({ deployment }) => deployment);
    const found = hpaManifestsIn(list, `${api.context}/${target.namespace}`);
    const own = found.filter((manifest) => deployments.includes(manifest.target));
    if (own.length > 0) return own.map((manifest) => ({ ...manifest, at: `HPA ${manifest.name}` }));
    throw noLiveHpa(
      api.context,
      target.namespace,
      deployments,
      found.map(({ name }) => name),
    );
  } catch (thrown) {
    throw explainApiError(thrown, api, 'read the HPAs');
  } finally {
    api.close();
  }
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

function noLiveHpa(
  context: string,
  namespace: string,
  deployments: readonly string[],
  names: readonly string[],
): TuneError {
  return new TuneError({
    code: 'NO_LIVE_HPA',
    message: `no HPA of ${context}/${namespace} scales ${deployments.join(' or ')}`,
    why: names.length === 0 ? 'there is none in that namespace' : `there are: ${names.join(', ')}`,
    next: 'leave --live away to simulate the HPAs of the run, or give others with --hpa FILE',
    exitCode: exitCodes.usage,
  });
}
