import { z } from 'zod';
import type { Target } from '../contracts/config.ts';
import { exitCodes, TuneError } from '../errors.ts';
import { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { Cluster } from './cluster.ts';
import { explainApiError } from './explain-api-error.ts';
import { findComponents } from './find-components.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { requirePermissions, samplingPermissions } from './permissions.ts';
import { testableAnnotation } from './testable.ts';

const versionSchema = z.looseObject({ gitVersion: z.string() });
const namespaceSchema = z.looseObject({
  metadata: z.looseObject({ annotations: z.record(z.string(), z.string()).optional() }),
});

/**
 * Connects to a target, checks every permission that recording it needs, and finds the release. Changes nothing.
 *
 * @throws TuneError exit 2 for what the config names wrongly, exit 3 for a cluster that cannot be reached or forbids;
 * the signal's reason when it is aborted
 */
export async function openCluster(target: Target, { signal }: { signal: AbortSignal }): Promise<Cluster> {
  signal.throwIfAborted();
  const api = new ApiClient(loadKubeconfig(target));
  try {
    return await inspect(api, target, signal);
  } catch (thrown) {
    api.close();
    throw explainApiError(thrown, api, 'read the cluster');
  }
}

async function inspect(api: ApiClient, target: Target, signal: AbortSignal): Promise<Cluster> {
  const version = await readVersion(api, signal);
  await requirePermissions(api, target, { permissions: samplingPermissions(target), signal });
  const isAnnotatedTestable = await readTestableAnnotation(api, target.namespace, signal);
  const { components, chart, difyVersion } = await findComponents(api, target, signal);
  return {
    context: api.context,
    server: api.server,
    namespace: target.namespace,
    ...version,
    chart,
    difyVersion,
    components,
    isAnnotatedTestable,
    api,
    close: () => api.close(),
  };
}

async function readVersion(api: ApiClient, signal: AbortSignal) {
  const askedAt = Date.now();
  const { body, serverDate } = await api.request('GET', '/version', { signal });
  const halfway = (askedAt + Date.now()) / 2;
  const parsed = versionSchema.safeParse(body);
  if (!parsed.success) {
    throw new ApiError({
      message: 'GET /version answered without a gitVersion',
      status: 200,
      reason: 'no Kubernetes',
    });
  }
  return {
    serverVersion: parsed.data.gitVersion,
    // The header is cut to whole seconds: on average half a second is missing.
    clockSkewSeconds: serverDate === null ? null : (serverDate.getTime() + 500 - halfway) / 1000,
  };
}

/** Whether a namespace says that it may be loaded. @throws TuneError NO_NAMESPACE; ApiError */
export async function readTestableAnnotation(
  api: ApiClient,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const answer = await api.get(`/api/v1/namespaces/${namespace}`, { signal });
    return namespaceSchema.parse(answer).metadata.annotations?.[testableAnnotation] === 'true';
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) throw noNamespace(namespace, api.context);
    throw thrown;
  }
}

function noNamespace(namespace: string, context: string): TuneError {
  return new TuneError({
    code: 'NO_NAMESPACE',
    message: `there is no namespace "${namespace}" in context "${context}"`,
    why: 'the target in tune.yaml names it, or the context is the wrong one',
    next: `compare with \`kubectl --context ${context} get namespaces\`, then correct \`namespace\` or \`context\``,
    exitCode: exitCodes.unreachable,
  });
}
