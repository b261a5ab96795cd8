import type { ApiClient } from '../../cluster/api-client.ts';
import { ApiError } from '../../cluster/api-error.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { explainApiError } from '../../cluster/explain-api-error.ts';
import { readTestableAnnotation } from '../../cluster/open-cluster.ts';
import { requirePermissions } from '../../cluster/permissions.ts';
import { requireTestable } from '../../cluster/testable.ts';
import type { Target } from '../../contracts/config.ts';
import type { LoadPlan } from '../../contracts/load-plan.ts';
import { bundlePlan } from './bundle-plan.ts';
import { noOperator } from './explain-runners.ts';
import { remoteOutputEnvironment } from './remote-outputs.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { neededForRunners, runnerPermissions } from './runner-permissions.ts';

export interface PrepareOptions {
  readonly cluster: Pick<Cluster, 'api' | 'context' | 'isAnnotatedTestable'>;
  readonly target: Target;
  readonly plan: LoadPlan;
  readonly outputs: readonly string[];
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * Everything that can keep runners from being made, checked before any of them is; and what an earlier run has left
 * behind is removed.
 *
 * @returns the runners' namespace
 * @throws TuneError CLUSTER_FORBIDDEN, NOT_TESTABLE, NO_NAMESPACE, NO_K6_OPERATOR, PLAN_TOO_LARGE,
 *   OUTPUT_NEEDS_THIS_MACHINE, RUNNERS_BUSY
 */
export async function prepareRunners(options: PrepareOptions): Promise<string> {
  const { cluster, target, plan, outputs, signal, say } = options;
  const { load } = target;
  const { api } = cluster;
  const namespace = load.namespace ?? target.namespace;
  if (load.runner === 'local') throw new Error('a local load has no runners to prepare');
  remoteOutputEnvironment(outputs);
  await bundlePlan(plan, plan.baseUrl);
  try {
    if (load.runner === 'k6-operator') await requireOperator(api, signal);
    const permissions = runnerPermissions(load.runner);
    await requirePermissions(api, { namespace }, { permissions, signal, needed: neededForRunners });
    const isAnnotatedTestable =
      namespace === target.namespace
        ? cluster.isAnnotatedTestable
        : await readTestableAnnotation(api, namespace, signal);
    requireTestable({ context: cluster.context, namespace, isAnnotatedTestable }, target);
    await removeLeftovers({ api, namespace, signal, say });
  } catch (thrown) {
    throw explainApiError(thrown, api, `prepare runners in namespace ${namespace}`);
  }
  const what = load.runner === 'job' ? 'a Job' : 'a TestRun';
  say(
    `will make ${what} of ${load.parallelism} × ${load.image} in namespace ${namespace} of context "${cluster.context}", and remove it again`,
  );
  return namespace;
}

async function requireOperator(api: ApiClient, signal: AbortSignal): Promise<void> {
  try {
    const { resources } = (await api.get('/apis/k6.io/v1alpha1', { signal })) as {
      resources?: readonly { name?: string }[];
    };
    if (resources?.some(({ name }) => name === 'testruns') === true) return;
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.status === 404)) throw thrown;
  }
  throw noOperator(api.context);
}
