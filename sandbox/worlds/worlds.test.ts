/** What the worlds say of themselves in their headers, measured on the model. */
import { describe, expect, it, vi } from 'vitest';
import type { RecordedExchange } from '../dify/testing/recorded-exchange.ts';
import { Trial, worldNamed } from '../dify/testing/trial.ts';

// Minutes of load each, in a second or so of an idle core.
vi.setConfig({ testTimeout: 30_000 });

interface Measured {
  /** Seconds to the first token or to workflow_started, of the requests of the last minute; Infinity: never. */
  readonly p50: number;
  readonly p95: number;
  /** CPU of the pod under load, as a share of one core. */
  readonly cores: number;
  /** Requests that wait for a slot at the end. */
  readonly waiting: number;
}

function measure(
  name: string,
  load: { component: 'api' | 'worker'; pods: number; perSecond: number },
): Measured {
  const isApi = load.component === 'api';
  const trial = new Trial(worldNamed(name), { api: isApi ? load.pods : 20, worker: isApi ? 0 : load.pods });
  const send = () => (isApi ? trial.chat('hello') : trial.run('hello'));
  const sent = [...trial.load(load.perSecond, 30, send), ...trial.load(load.perSecond, 60, send)];
  const pods = trial.model.fleet.pods.filter(({ component }) => component === load.component);
  const waits = sent
    .slice(sent.length / 3)
    .map((exchange) => secondsTo(exchange, isApi ? 'message' : 'workflow_started'));
  waits.sort((a, b) => a - b);
  const usedMs = pods.reduce((sum, { process }) => sum + process.cpu.usedMs, 0);
  return {
    p50: waits[Math.floor(waits.length * 0.5)] ?? Number.NaN,
    p95: waits[Math.floor(waits.length * 0.95)] ?? Number.NaN,
    cores: usedMs / trial.scheduler.now() / pods.length,
    waiting:
      pods.reduce((sum, { process }) => sum + process.waiting, 0) +
      trial.broker.length('workflow_based_app_execution'),
  };
}

function secondsTo(exchange: RecordedExchange, event: string): number {
  return (exchange.waitedMsFor(event) ?? Number.POSITIVE_INFINITY) / 1000;
}

describe('comfortable', () => {
  it('carries 20 chats a second on its minimum of two API replicas without delay', () => {
    expect(measure('comfortable', { component: 'api', pods: 2, perSecond: 20 }).p95).toBeLessThan(2);
  });

  it('carries 15 runs a second on its minimum of three workers without delay', () => {
    expect(measure('comfortable', { component: 'worker', pods: 3, perSecond: 7 }).p95).toBeLessThan(3);
  });
});

describe('cpu-bound', () => {
  it('is quick up to 2.5 chats/s a replica, and lost at 4, with its CPU full and slots to spare at the knee', () => {
    const [below, knee, above] = [2.5, 3.25, 4].map((perSecond) =>
      measure('cpu-bound', { component: 'api', pods: 1, perSecond }),
    );
    expect(below?.p95).toBeLessThan(2.5);
    expect(below?.cores).toBeGreaterThan(0.3);
    // Of the 488 millicores that are left to requests.
    expect(knee?.cores).toBeGreaterThan(0.42);
    expect(knee?.waiting).toBe(0);
    expect(above?.cores).toBeGreaterThan(0.48);
    expect(above?.p95).toBeGreaterThan(4);
  });

  it('scales with replicas: three carry three times as much', () => {
    expect(measure('cpu-bound', { component: 'api', pods: 3, perSecond: 7 }).p95).toBeLessThan(3);
  });

  it('has workers that are full at about 3 runs/s by CPU', () => {
    expect(measure('cpu-bound', { component: 'worker', pods: 1, perSecond: 2.25 }).p95).toBeLessThan(1);
    expect(measure('cpu-bound', { component: 'worker', pods: 1, perSecond: 3.75 }).p95).toBeGreaterThan(5);
  });
});

describe('slots-and-queue-bound', () => {
  it('carries some 2.3 chats/s a replica and lets the rest wait, at less than half of its core', () => {
    const below = measure('slots-and-queue-bound', { component: 'api', pods: 1, perSecond: 1.2 });
    const above = measure('slots-and-queue-bound', { component: 'api', pods: 1, perSecond: 3.3 });
    expect(below.p95).toBeLessThan(5);
    expect(above.waiting).toBeGreaterThan(50);
    expect(above.p50).toBeGreaterThan(15);
    // The target of today's HPA is 0.8: it never gets there.
    expect(above.cores).toBeLessThan(0.5);
  });

  it('carries 0.85 runs/s a worker, at a sixth of its core', () => {
    const below = measure('slots-and-queue-bound', { component: 'worker', pods: 1, perSecond: 0.4 });
    const above = measure('slots-and-queue-bound', { component: 'worker', pods: 1, perSecond: 1.2 });
    expect(below.p95).toBeLessThan(5);
    expect(above.waiting).toBeGreaterThan(20);
    expect(above.cores).toBeLessThan(0.2);
  });

  it('runs Postgres out of connections with about seventeen busy API replicas', () => {
    const refusedWith = (pods: number) => {
      const trial = new Trial(worldNamed('slots-and-queue-bound'), { api: pods, worker: 2 });
      trial.load(pods * 4, 20, () => trial.chat('hello'));
      return trial.model.truth.line().postgresRefused;
    };
    expect(refusedWith(10)).toBe(0);
    expect(refusedWith(22)).toBeGreaterThan(0);
  });
});
