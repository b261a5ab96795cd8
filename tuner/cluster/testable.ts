import type { Target } from '../contracts/config.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { Cluster } from './cluster.ts';

export const testableAnnotation = 'tune.dify.ai/testable';

/**
 * Load goes only where both the config and the cluster say so: a kubeconfig that points at production by mistake
 * is stopped by the cluster, a wrong annotation by the config.
 *
 * @throws TuneError NOT_TESTABLE, exit 2
 */
export function requireTestable(
  cluster: Pick<Cluster, 'isAnnotatedTestable' | 'namespace' | 'context'>,
  target: Pick<Target, 'testable'>,
): void {
  const { namespace, context } = cluster;
  if (!target.testable) {
    throw new TuneError({
      code: 'NOT_TESTABLE',
      message: `the target (namespace ${namespace} of context "${context}") does not declare itself testable`,
      why: 'a load test can take a production Dify down and spends LLM tokens',
      next: 'write `testable: true` under the target in tune.yaml if it may be loaded',
      exitCode: exitCodes.usage,
    });
  }
  if (cluster.isAnnotatedTestable) return;
  throw new TuneError({
    code: 'NOT_TESTABLE',
    message: `namespace ${namespace} of context "${context}" carries no annotation ${testableAnnotation}: "true"`,
    why: 'the config allows load, the cluster does not; the context may be the wrong one',
    next: `kubectl --context ${context} annotate namespace ${namespace} ${testableAnnotation}=true`,
    exitCode: exitCodes.usage,
  });
}
