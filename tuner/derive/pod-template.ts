import type { ClusterSampleOf } from '../contracts/cluster-sample.ts';
import type { ComponentName } from '../contracts/component.ts';

type Template = ClusterSampleOf<'template'>;
export type Container = Template['containers'][number];

/** Dify's defaults for what the pod template leaves open (docker/.env.example and web/Dockerfile of langgenius/dify). */
const difyDefaults: Record<string, number> = {
  SERVER_WORKER_AMOUNT: 1,
  SERVER_WORKER_CONNECTIONS: 10,
  CELERY_WORKER_AMOUNT: 1,
  SQLALCHEMY_POOL_SIZE: 30,
  SQLALCHEMY_MAX_OVERFLOW: 10,
  PM2_INSTANCES: 2,
};
const millicoresPerProcess = 1000;

/** The container that serves: the one whose variables size a Dify process, else the first. */
export function servingContainer(template: Template): Container | null {
  const sized = template.containers.find(({ env }) => Object.keys(difyDefaults).some((name) => name in env));
  return sized ?? template.containers[0] ?? null;
}

/** Requests one replica can hold at once: gunicorn workers × connections, or Celery's concurrency. */
export function declaredSlots(component: ComponentName, container: Container): number | null {
  if (component === 'api')
    return number(container, 'SERVER_WORKER_AMOUNT') * number(container, 'SERVER_WORKER_CONNECTIONS');
  if (component === 'worker') return number(container, 'CELERY_WORKER_AMOUNT');
  return null;
}

/** CPU a replica can use: its limit, or one core for each of its processes, which neither Python nor Node gets past. */
export function ceilingMillicores(component: ComponentName, container: Container): number {
  const counted = { api: 'SERVER_WORKER_AMOUNT', web: 'PM2_INSTANCES', worker: null }[component];
  const processes = counted === null ? 1 : number(container, counted);
  return Math.min(container.limitMillicores ?? Number.POSITIVE_INFINITY, processes * millicoresPerProcess);
}

/**
 * Most Postgres connections one replica holds at once: each of its processes opens one for a request that it
 * serves, as far as its pool and overflow go.
 */
export function postgresConnections(component: ComponentName, container: Container): number | null {
  if (component === 'web') return null;
  const processes = component === 'api' ? number(container, 'SERVER_WORKER_AMOUNT') : 1;
  const slots = number(container, component === 'api' ? 'SERVER_WORKER_CONNECTIONS' : 'CELERY_WORKER_AMOUNT');
  const pool = number(container, 'SQLALCHEMY_POOL_SIZE') + number(container, 'SQLALCHEMY_MAX_OVERFLOW');
  return processes * Math.min(slots, pool);
}

function number(container: Container, name: string): number {
  const text = container.env[name];
  const value = text === undefined || text === null || text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : (difyDefaults[name] ?? 0);
}
