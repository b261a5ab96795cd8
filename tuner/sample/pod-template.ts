import { z } from 'zod';
import type { ApiClient } from '../cluster/api-client.ts';
import type { ComponentObjects } from '../cluster/cluster.ts';
import type { Deployment } from '../cluster/deployment.ts';
import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import { parseNanos } from '../contracts/quantity.ts';
import { readable, reasonOf, type SourceContext } from './source.ts';

/** Variables that say how many requests, tasks and connections one process takes on. */
export const sizingVariables = [
  'SERVER_WORKER_AMOUNT',
  'SERVER_WORKER_CLASS',
  'SERVER_WORKER_CONNECTIONS',
  'GUNICORN_TIMEOUT',
  'CELERY_WORKER_AMOUNT',
  'CELERY_WORKER_CLASS',
  'CELERY_AUTO_SCALE',
  'CELERY_MAX_WORKERS',
  'CELERY_MIN_WORKERS',
  'CELERY_QUEUES',
  'SQLALCHEMY_POOL_SIZE',
  'SQLALCHEMY_MAX_OVERFLOW',
  'APP_MAX_ACTIVE_REQUESTS',
  'PM2_INSTANCES',
  'APP_MAX_EXECUTION_TIME',
] as const;

type Container = Deployment['spec']['template']['spec']['containers'][number];

const environmentSchema = z.looseObject({
  env: z
    .array(
      z.looseObject({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z
          .looseObject({ configMapKeyRef: z.looseObject({ name: z.string(), key: z.string() }).optional() })
          .optional(),
      }),
    )
    .default([]),
  envFrom: z
    .array(
      z.looseObject({
        prefix: z.string().default(''),
        configMapRef: z.looseObject({ name: z.string() }).optional(),
      }),
    )
    .default([]),
});
const configMapSchema = z.looseObject({ data: z.record(z.string(), z.string()).default({}) });
/** ConfigMap by name; null: it could not be read. */
type ConfigMaps = ReadonlyMap<string, Record<string, string> | null>;

/** Writes the pod template of each component when it first appears and whenever it changes. */
export function startTemplateLog(
  context: SourceContext,
): (component: ComponentObjects, deployment: Deployment) => Promise<void> {
  const written = new Map<string, string>();
  const write = async (component: ComponentObjects, deployment: Deployment) => {
    const text = JSON.stringify(deployment.spec.template);
    if (written.get(component.name) === text) return;
    written.set(component.name, text);
    const atSeconds = context.clock.nowSeconds();
    const { containers } = deployment.spec.template.spec;
    const configMaps = await readConfigMaps(context.cluster.api, context.cluster.namespace, containers);
    if (context.signal.aborted) return;
    context.write(templateSample(component, deployment, { atSeconds, configMaps }));
  };
  return (component, deployment) =>
    write(component, deployment).catch((thrown: unknown) => {
      context.gaps.silent(`template/${component.name}`, reasonOf(thrown));
    });
}

async function readConfigMaps(
  api: ApiClient,
  namespace: string,
  containers: readonly Container[],
): Promise<ConfigMaps> {
  const names = new Set(containers.flatMap(configMapNames));
  const entries = [...names].map(async (name) => {
    const answer = await api.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`).catch(() => null);
    const parsed = configMapSchema.safeParse(answer);
    return [name, parsed.success ? parsed.data.data : null] as const;
  });
  return new Map(await Promise.all(entries));
}

function configMapNames(container: Container): string[] {
  const { env, envFrom } = environmentSchema.parse(container);
  const sizing = env.filter(({ name }) => isSizing(name));
  return [
    ...sizing.flatMap(({ valueFrom }) => valueFrom?.configMapKeyRef?.name ?? []),
    ...envFrom.flatMap(({ configMapRef }) => configMapRef?.name ?? []),
  ];
}

function isSizing(name: string): boolean {
  return sizingVariables.some((variable) => variable === name);
}

export function templateSample(
  component: ComponentObjects,
  { spec }: Deployment,
  { atSeconds, configMaps }: { atSeconds: number; configMaps: ConfigMaps },
): ClusterSampleOf<'template'> {
  const { containers, terminationGracePeriodSeconds } = spec.template.spec;
  const serving = containers.find(({ name }) => name === component.container) ?? containers[0];
  return {
    type: 'template',
    atSeconds,
    component: component.name,
    image: serving?.image ?? '',
    terminationGracePeriodSeconds,
    containers: containers.map((container) => ({
      name: container.name,
      requestedMillicores: inUnits(container.resources?.requests?.cpu, 1e6),
      requestedMemoryBytes: inUnits(container.resources?.requests?.memory, 1e9),
      limitMillicores: inUnits(container.resources?.limits?.cpu, 1e6),
      limitMemoryBytes: inUnits(container.resources?.limits?.memory, 1e9),
      env: sizingEnvironment(container, configMaps),
    })),
  };
}

function inUnits(quantity: string | undefined, nanoPerUnit: number): number | null {
  return quantity === undefined ? null : Number(readable(parseNanos(quantity), quantity)) / nanoPerUnit;
}

/** As the kubelet merges them: envFrom in order, then env on top. Secrets are not read. */
function sizingEnvironment(container: Container, configMaps: ConfigMaps): Record<string, string | null> {
  const { env, envFrom } = environmentSchema.parse(container);
  const merged: Record<string, string | null> = {};
  for (const { prefix, configMapRef } of envFrom) {
    if (configMapRef === undefined) continue;
    const data = configMaps.get(configMapRef.name);
    // A ConfigMap we may not read could set any of them.
    if (data === null || data === undefined) for (const name of sizingVariables) merged[name] = null;
    for (const [key, value] of Object.entries(data ?? {})) merged[`${prefix}${key}`] = value;
  }
  for (const { name, value, valueFrom } of env) {
    const reference = valueFrom?.configMapKeyRef;
    const referred = reference === undefined ? null : configMaps.get(reference.name)?.[reference.key];
    merged[name] = valueFrom === undefined ? (value ?? '') : (referred ?? null);
  }
  return Object.fromEntries(Object.entries(merged).filter(([name]) => isSizing(name)));
}
