/** What a container's environment says about its processes, with Dify's own defaults where it says nothing. */
import type { World } from '../../worlds/world.ts';
import type { PodSnapshot } from '../kubernetes/pod-source.ts';
import type { PoolSettings } from './postgres.ts';

/** @see dify docker/.env.example: SERVER_WORKER_AMOUNT 1, SERVER_WORKER_CONNECTIONS 10, CELERY_WORKER_AMOUNT 1 (gevent) */
const defaults = { serverWorkers: 1, serverWorkerConnections: 10, celeryConcurrency: 1 };

export function gunicornOf({ env }: PodSnapshot): { workers: number; connections: number } {
  return {
    workers: readCount(env.SERVER_WORKER_AMOUNT, defaults.serverWorkers),
    connections: readCount(env.SERVER_WORKER_CONNECTIONS, defaults.serverWorkerConnections),
  };
}

/** A gevent worker runs all its tasks in one process, a prefork worker one task in each. */
export function celeryOf({ env }: PodSnapshot): { concurrency: number; isGevent: boolean } {
  return {
    concurrency: readCount(env.CELERY_WORKER_AMOUNT, defaults.celeryConcurrency),
    isGevent: (env.CELERY_WORKER_CLASS ?? 'gevent') === 'gevent',
  };
}

export function poolOf({ env }: PodSnapshot, postgres: World['postgres']): PoolSettings {
  return {
    poolSize: readCount(env.SQLALCHEMY_POOL_SIZE, postgres.poolSize),
    maxOverflow: readCount(env.SQLALCHEMY_MAX_OVERFLOW, postgres.maxOverflow, 0),
    poolTimeoutSeconds: postgres.poolTimeoutSeconds,
  };
}

function readCount(text: string | undefined, otherwise: number, least = 1): number {
  const count = Number.parseInt(text ?? '', 10);
  return Number.isNaN(count) ? otherwise : Math.max(least, count);
}
