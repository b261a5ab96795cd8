import { mean, quantile } from 'simple-statistics';
import { simulate } from '../../tuner/simulate/simulate.ts';
import { prepareScaling } from '../../tuner/simulate/world.ts';
import { drawPoisson } from '../../tuner/stats/poisson.ts';
import { seededRandom } from '../../tuner/stats/seeded-random.ts';
import type { Component } from '../dify/kubernetes/pod-source.ts';
import type { World } from '../worlds/world.ts';
import { type Driven, driveWorld } from './drive-world.ts';
import { firstToken, modelOfWorld, queueWait } from './model-of-world.ts';

export interface StandInCase {
  readonly world: World;
  readonly replicas: Readonly<Record<Component, number>>;
  /** Arrivals per second at a moment. */
  readonly chatRate: (second: number) => number;
  readonly runRate: (second: number) => number;
}

export type Quantity = (typeof quantities)[number];
const quantities = [
  'chatFirstTokenP95',
  'runFirstTokenP95',
  'queueWaitP95',
  'givenUp',
  'meanQueued',
] as const;

export interface Told {
  readonly standIn: number;
  readonly simulated: number;
}

const durationSeconds = 1200;
const requestTimeoutSeconds = 120;

/** The stand-in and the simulator over the same arrivals: each quantity as a mean over the replications. */
export function compareWithStandIn(one: StandInCase, replications: number): Record<Quantity, Told> {
  const model = modelOfWorld(one.world, requestTimeoutSeconds);
  const fixed = (initialReplicas: number) => ({ hpaSpec: null, initialReplicas, requestedMillicores: null });
  const prepared = prepareScaling(model, {
    api: fixed(one.replicas.api),
    worker: fixed(one.replicas.worker),
  });
  const objectives = { firstTokenP95Seconds: 3, queueWaitP95Seconds: 5, errorRatio: 0.01 };
  const rows = Array.from({ length: replications }, (_, index) => {
    const seed = index + 1;
    const { chats, runs } = drawArrivals(one, seed);
    const driven = driveWorld({ ...one, chats, runs, requestTimeoutSeconds, seed });
    const demand = { durationSeconds, arrivals: { chat: chats, workflow: runs }, seed };
    const { summary, series } = simulate(model, prepared, demand, objectives, { withSeries: true });
    return {
      standIn: observed(driven),
      simulated: {
        chatFirstTokenP95: summary.firstTokenP95Seconds.chat ?? Number.NaN,
        runFirstTokenP95: summary.firstTokenP95Seconds.workflow ?? Number.NaN,
        queueWaitP95: summary.queueWaitP95Seconds ?? Number.NaN,
        givenUp: summary.failedRequests,
        meanQueued: mean([...(series?.queueDepth ?? [])]),
      },
    };
  });
  return Object.fromEntries(
    quantities.map((name) => [
      name,
      {
        standIn: mean(rows.map(({ standIn }) => standIn[name])),
        simulated: mean(rows.map(({ simulated }) => simulated[name])),
      },
    ]),
  ) as Record<Quantity, Told>;
}

function drawArrivals({ chatRate, runRate }: StandInCase, seed: number) {
  const random = seededRandom(seed * 31);
  const draw = (rate: (second: number) => number) =>
    Uint16Array.from({ length: durationSeconds }, (_, second) => drawPoisson(rate(second), random));
  return { chats: draw(chatRate), runs: draw(runRate) };
}

function observed({ chats, runs, queued }: Driven): Record<Quantity, number> {
  const p95 = (seconds: readonly number[]) => quantile(seconds.filter(Number.isFinite), 0.95);
  const gaveUp = [...chats, ...runs].filter(
    ({ ending, firstTokenAt }) => ending === 'gaveUp' && firstTokenAt === null,
  );
  return {
    chatFirstTokenP95: p95(chats.map(firstToken)),
    runFirstTokenP95: p95(runs.map(firstToken)),
    queueWaitP95: p95(runs.map(queueWait)),
    givenUp: gaveUp.length,
    meanQueued: mean([...queued]),
  };
}
