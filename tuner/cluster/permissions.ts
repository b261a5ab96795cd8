import { z } from 'zod';
import type { SecretSource, Target } from '../contracts/config.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';

/** One question to the API server's authorizer. */
export interface Permission {
  readonly verb: string;
  /** Empty: the core group. */
  readonly group: string;
  /** `pods/log`: a subresource. */
  readonly resource: string;
  /** One object only. */
  readonly name?: string;
}

export const many = (group: string, resource: string, verbs: readonly string[]): Permission[] =>
  verbs.map((verb) => ({ verb, group, resource }));

/** Everything that watching a target needs, and nothing that changes it. */
export function samplingPermissions(target: Target): Permission[] {
  return [
    { verb: 'get', group: '', resource: 'namespaces', name: target.namespace },
    ...many('apps', 'deployments', ['list', 'watch']),
    ...many('autoscaling', 'horizontalpodautoscalers', ['list', 'watch']),
    ...many('', 'pods', ['list', 'watch']),
    ...many('', 'events', ['list', 'watch']),
    ...many('metrics.k8s.io', 'pods', ['list']),
    ...(target.queueMetric === undefined
      ? []
      : many('external.metrics.k8s.io', target.queueMetric.name, ['list'])),
    ...secretNames(target).map((name) => ({ verb: 'get', group: '', resource: 'secrets', name })),
  ];
}

function secretNames({ apps, redis }: Target): string[] {
  const sources: (SecretSource | string | undefined)[] = [apps.chat?.key, apps.workflow?.key, redis?.url];
  const names = sources.flatMap((source) =>
    typeof source === 'object' && 'secret' in source ? [source.secret.name] : [],
  );
  return [...new Set(names)];
}

const reviewSchema = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

/**
 * Asks the API server about each permission and names all that are missing at once.
 *
 * @throws TuneError CLUSTER_FORBIDDEN, exit 3; ApiError when the question itself fails
 */
export async function requirePermissions(
  api: ApiClient,
  target: Pick<Target, 'namespace'>,
  options: PermissionOptions,
): Promise<void> {
  const { namespace } = target;
  const answers = await Promise.all(
    options.permissions.map(async (permission) => ({
      permission,
      isAllowed: await isAllowed(api, permission, { namespace, signal: options.signal }),
    })),
  );
  const missing = answers.filter((answer) => !answer.isAllowed).map((answer) => answer.permission);
  if (missing.length > 0) {
    throw forbidden(missing, { namespace, context: api.context, ...(options.needed ?? recording) });
  }
}

export interface PermissionOptions {
  readonly permissions: readonly Permission[];
  readonly signal: AbortSignal;
  /** What cannot be done without, for the error; default: to record. */
  readonly needed?: Need;
}

interface Need {
  readonly why: string;
  /** Where the Role stands that grants it. */
  readonly page: string;
}

const recording: Need = {
  why: 'without these the run cannot be recorded or not be checked for safety',
  page: 'docs/recording.md',
};

async function isAllowed(
  api: ApiClient,
  { verb, group, resource, name }: Permission,
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<boolean> {
  const [kind = resource, subresource] = resource.split('/');
  const resourceAttributes = {
    namespace,
    verb,
    group,
    resource: kind,
    ...(subresource === undefined ? {} : { subresource }),
    ...(name === undefined ? {} : { name }),
  };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  try {
    const answer = await api.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review, {
      signal,
    });
    return reviewSchema.parse(answer).status.allowed;
  } catch (thrown) {
    // Who may not even ask is told by the first read that fails, with the verb and resource in it.
    if (thrown instanceof ApiError && thrown.status === 403) return true;
    throw thrown;
  }
}

function forbidden(
  missing: readonly Permission[],
  where: Need & { namespace: string; context: string },
): TuneError {
  const { namespace, context, why, page } = where;
  const list = missing.map(({ verb, resource, group, name }) => {
    const kind = group === '' ? resource : `${resource}.${group}`;
    return { verb, where: name === undefined ? kind : `${kind}/${name}` };
  });
  return new TuneError({
    code: 'CLUSTER_FORBIDDEN',
    message: `context "${context}" may not ${list.map(({ verb, where }) => `${verb} ${where}`).join(', ')} in namespace ${namespace}`,
    why,
    next: [
      `grant them with the Role in ${page}, then check:`,
      ...list.map(
        ({ verb, where }) => `kubectl --context ${context} -n ${namespace} auth can-i ${verb} ${where}`,
      ),
    ].join('\n'),
    exitCode: exitCodes.unreachable,
  });
}
