import { describe, expect, it } from 'vitest';
import { exampleModel, exampleObjectives } from './bench/example-deployment.ts';
import type { Demand, SimulationModel } from './model.ts';
import { simulate } from './simulate.ts';
import { prepareScaling } from './world.ts';

interface Given {
  readonly requestTimeoutSeconds: number;
  /** Of each pod; left out: those of the example. */
  readonly slots?: { readonly component: 'api' | 'worker'; readonly perReplica: number };
  /** Replicas of API and worker, which stay. */
  readonly replicas: readonly [number, number];
  readonly demand: Demand;
}

function run({ requestTimeoutSeconds, slots, replicas: [api, worker], demand }: Given) {
  const components = exampleModel.components.map((component) =>
    component.name === slots?.component ? { ...component, slotsPerReplica: slots.perReplica } : component,
  );
  const limits = { ...exampleModel.limits, requestTimeoutSeconds };
  const model: SimulationModel = { ...exampleModel, components, limits };
  const of = (initialReplicas: number) => ({ hpaSpec: null, initialReplicas, requestedMillicores: null });
  const prepared = prepareScaling(model, { api: of(api), worker: of(worker) });
  return simulate(model, prepared, demand, exampleObjectives, { withSeries: true });
}

/** So many of both come in each second. */
function steady(chats: number, runs: number, durationSeconds: number): Demand {
  const constant = (count: number) => new Uint16Array(durationSeconds).fill(count);
  return { durationSeconds, arrivals: { chat: constant(chats), workflow: constant(runs) }, seed: 3 };
}

describe('clients that give up', () => {
  it('fail their requests, and first tokens are told of the others only', () => {
    const { summary } = run({
      requestTimeoutSeconds: 20,
      slots: { component: 'api', perReplica: 5 },
      replicas: [1, 1],
      demand: steady(20, 0, 300),
    });
    expect(summary.failedRequests).toBeGreaterThan(0.3 * summary.requests);
    // A first token on the way to a whole answer in time.
    expect(summary.firstTokenP95Seconds.chat).toBeLessThan(20);
    expect(summary.firstTokenP95Seconds.chat).toBeGreaterThan(15);
  });

  it('leave answers that take longer although nothing waits: 3.6 % of a log-normal of mean 1.2 s and variation² 0.1 are above 2 s', () => {
    const chats = run({ requestTimeoutSeconds: 2, replicas: [4, 1], demand: steady(4, 0, 900) }).summary;
    const share = chats.failedRequests / chats.requests;
    expect(share).toBeGreaterThan(0.02);
    expect(share).toBeLessThan(0.05);
    const runs = run({ requestTimeoutSeconds: 2, replicas: [4, 4], demand: steady(0, 4, 900) }).summary;
    expect(runs.failedRequests).toBeGreaterThan(0.01 * runs.requests);
  });

  it('leave their runs in the queue, which is as long as that of clients that stay', () => {
    const endOf = (requestTimeoutSeconds: number) => {
      const { series, summary } = run({
        requestTimeoutSeconds,
        slots: { component: 'worker', perReplica: 4 },
        replicas: [4, 1],
        demand: steady(0, 6, 120),
      });
      const last = (values?: Float32Array | null) => values?.at(-1) ?? 0;
      return { queue: last(series?.queueDepth), inFlight: last(series?.inFlight.workflow), summary };
    };
    const short = endOf(30);
    const endless = endOf(1e6);
    expect(short.queue).toBeGreaterThan(200);
    expect(short.queue).toBeCloseTo(endless.queue, 0);
    expect(endless.summary.failedRequests).toBe(0);
    // Of six a second those of the last 30 s are there yet.
    expect(short.inFlight).toBeGreaterThan(170);
    expect(short.inFlight).toBeLessThan(190);
  });
});
