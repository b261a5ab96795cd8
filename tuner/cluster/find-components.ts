import { z } from 'zod';
import { didYouMean } from '../config/nearest-name.ts';
import { type ComponentName, componentNames } from '../contracts/component.ts';
import type { Target } from '../contracts/config.ts';
import { exitCodes, TuneError } from '../errors.ts';
import type { ApiClient } from './api-client.ts';
import type { ComponentObjects } from './cluster.ts';
import { type Deployment, deploymentListSchema, selectorText } from './deployment.ts';

/** Dify runs without its web front end being of interest, never without these. */
const required: readonly ComponentName[] = ['api', 'worker'];

const hpaListSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }),
    }),
  ),
});
type HpaList = z.infer<typeof hpaListSchema>;

export interface FoundRelease {
  readonly components: Partial<Record<ComponentName, ComponentObjects>>;
  readonly chart: string | null;
  readonly difyVersion: string | null;
}

/**
 * The release's Deployments and HPAs: `<release>-<component>` unless the target names others.
 *
 * @throws TuneError NO_DEPLOYMENT, NO_HPA, NO_CONTAINER with the names that exist
 */
export async function findComponents(
  api: ApiClient,
  target: Target,
  signal: AbortSignal,
): Promise<FoundRelease> {
  const { namespace } = target;
  const [deployments, hpas] = await Promise.all([
    api.get(`/apis/apps/v1/namespaces/${namespace}/deployments`, { signal }),
    api.get(`/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`, { signal }),
  ]);
  const items = deploymentListSchema.parse(deployments).items;
  const components: Partial<Record<ComponentName, ComponentObjects>> = {};
  for (const name of componentNames) {
    const deployment = findDeployment(name, items, target);
    if (deployment === null) continue;
    components[name] = {
      name,
      deployment: deployment.metadata.name,
      hpa: findHpa(name, deployment.metadata.name, { target, hpas: hpaListSchema.parse(hpas) }),
      ...servingContainer(name, deployment, target),
      labelSelector: selectorText(deployment.spec.selector),
    };
  }
  const api0 = items.find(({ metadata }) => metadata.name === components.api?.deployment);
  return {
    components,
    chart: api0?.metadata.labels?.['helm.sh/chart'] ?? null,
    difyVersion: imageTag(components.api?.image ?? ''),
  };
}

function findDeployment(
  name: ComponentName,
  items: readonly Deployment[],
  target: Target,
): Deployment | null {
  const named = target.components[name]?.deployment;
  const wanted = named ?? `${target.release}-${name}`;
  const found = items.find(({ metadata }) => metadata.name === wanted);
  if (found !== undefined) return found;
  if (named === undefined && !required.includes(name)) return null;
  const names = items.map(({ metadata }) => metadata.name);
  throw notFound({
    code: 'NO_DEPLOYMENT',
    kind: 'Deployment',
    wanted,
    names,
    target,
    key: `components.${name}.deployment`,
  });
}

/** By name where one is given; else the one that scales this Deployment, whatever the chart called it. */
function findHpa(
  name: ComponentName,
  deployment: string,
  { target, hpas }: { target: Target; hpas: HpaList },
): string | null {
  const named = target.components[name]?.hpa;
  if (named === undefined) {
    const scaling = hpas.items.find(
      ({ spec }) => spec.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === deployment,
    );
    return scaling?.metadata.name ?? null;
  }
  const names = hpas.items.map(({ metadata }) => metadata.name);
  if (names.includes(named)) return named;
  throw notFound({
    code: 'NO_HPA',
    kind: 'HorizontalPodAutoscaler',
    wanted: named,
    names,
    target,
    key: `components.${name}.hpa`,
  });
}

function servingContainer(name: ComponentName, deployment: Deployment, target: Target) {
  const { containers } = deployment.spec.template.spec;
  const named = target.components[name]?.container;
  const found = named === undefined ? containers[0] : containers.find((each) => each.name === named);
  if (found !== undefined) return { container: found.name, image: found.image };
  const names = containers.map((each) => each.name);
  throw notFound({
    code: 'NO_CONTAINER',
    kind: `container in Deployment ${deployment.metadata.name}`,
    wanted: named ?? '',
    names,
    target,
    key: `components.${name}.container`,
  });
}

function notFound(fields: {
  code: string;
  kind: string;
  wanted: string;
  names: readonly string[];
  target: Target;
  key: string;
}): TuneError {
  const { code, kind, wanted, names, target, key } = fields;
  return new TuneError({
    code,
    message: `there is no ${kind} "${wanted}" in namespace ${target.namespace}`,
    why: `${didYouMean(wanted, names)}it has: ${names.join(', ') || 'none'}`,
    next: `correct \`release\` of the target in tune.yaml (now "${target.release}"), or name it under \`${key}\``,
    exitCode: exitCodes.usage,
  });
}

/** `langgenius/dify-api:1.12.1@sha256:…` → `1.12.1`. */
function imageTag(image: string): string | null {
  const [reference = ''] = image.split('@');
  const tag = /:([^/:]+)$/.exec(reference)?.[1];
  return tag ?? null;
}
