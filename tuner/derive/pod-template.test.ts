import { describe, expect, it } from 'vitest';
import { type Container, ceilingMillicores, declaredSlots } from './pod-template.ts';

function container(limitMillicores: number | null, env: Record<string, string> = {}): Container {
  return {
    name: 'one',
    requestedMillicores: null,
    limitMillicores,
    requestedMemoryBytes: null,
    limitMemoryBytes: null,
    env,
  };
}

describe('CPU that a replica can use', () => {
  it('is its limit, as far as its processes get', () => {
    expect(ceilingMillicores('api', container(4000, { SERVER_WORKER_AMOUNT: '3' }))).toBe(3000);
    expect(ceilingMillicores('api', container(500))).toBe(500);
    expect(ceilingMillicores('worker', container(null, { CELERY_WORKER_AMOUNT: '8' }))).toBe(1000);
  });

  it('is that of two Node processes on web, or of as many as PM2_INSTANCES says', () => {
    expect(ceilingMillicores('web', container(null))).toBe(2000);
    expect(ceilingMillicores('web', container(300))).toBe(300);
    expect(ceilingMillicores('web', container(8000, { PM2_INSTANCES: '4' }))).toBe(4000);
  });
});

it('web has no connection slots', () => {
  expect(declaredSlots('web', container(null))).toBeNull();
});
