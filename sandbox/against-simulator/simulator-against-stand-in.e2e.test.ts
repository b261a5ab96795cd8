import { describe, expect, it } from 'vitest';
import { worldNamed } from '../dify/testing/trial.ts';
import { compareWithStandIn, type Quantity, type StandInCase } from './compare-with-stand-in.ts';

const burst = (from: number, to: number, within: number, beside: number) => (second: number) =>
  second >= from && second < to ? within : beside;

/** Relative errors allowed; what differs by less than this is told apart by nobody. */
const unnoticeable = { seconds: 0.05, requests: 1 };
type Bounds = Partial<Record<Quantity, number>>;

interface Held extends StandInCase {
  readonly name: string;
  readonly replications: number;
  /** A bound above 10 % says what the stand-in does, as Dify does, and the simulator leaves out. */
  readonly within: Bounds;
}

const cpuBound = worldNamed('cpu-bound');
const slotsBound = worldNamed('slots-and-queue-bound');

const cases: readonly Held[] = [
  {
    name: 'a comfortable world',
    world: worldNamed('comfortable'),
    replicas: { api: 2, worker: 3 },
    chatRate: () => 10,
    runRate: () => 5,
    replications: 2,
    within: { chatFirstTokenP95: 0.05, runFirstTokenP95: 0.05, queueWaitP95: 0.05 },
  },
  {
    name: 'CPU of the API at 47 %',
    world: cpuBound,
    replicas: { api: 3, worker: 3 },
    chatRate: () => 4.55,
    runRate: () => 1.2,
    replications: 6,
    // A run's wait includes its own CPU up to workflow_started, whose luck within the worker is not drawn: 50 ms.
    within: { chatFirstTokenP95: 0.05, runFirstTokenP95: 0.07, queueWaitP95: 0.25 },
  },
  {
    name: 'a burst to three times what the CPU of the API carries',
    world: cpuBound,
    replicas: { api: 2, worker: 2 },
    chatRate: burst(120, 180, 9, 3),
    runRate: () => 1.2,
    replications: 6,
    // Work goes in turns of 5 ms, and a stream asks for less of one at each token than a request that begins: on a full
    // process first tokens come before what is evenly shared. The simulator errs to the safe side.
    within: { chatFirstTokenP95: 0.3, runFirstTokenP95: 0.2, queueWaitP95: 0.25 },
  },
  {
    name: 'slots of API and workers at two thirds',
    world: slotsBound,
    replicas: { api: 3, worker: 2 },
    chatRate: () => 3,
    runRate: () => 1,
    replications: 8,
    // Celery fetches a run ahead for a worker that is busy while another may become free.
    within: { chatFirstTokenP95: 0.1, runFirstTokenP95: 0.12, queueWaitP95: 0.25 },
  },
  {
    name: 'a burst that fills the slots of the API',
    world: slotsBound,
    replicas: { api: 3, worker: 2 },
    chatRate: burst(120, 240, 7, 2),
    runRate: () => 1,
    replications: 12,
    within: { chatFirstTokenP95: 0.1, runFirstTokenP95: 0.1, queueWaitP95: 0.1 },
  },
  {
    name: 'an overload in which clients give up',
    world: slotsBound,
    replicas: { api: 2, worker: 2 },
    chatRate: burst(120, 300, 8, 1.5),
    runRate: burst(120, 300, 4, 0.7),
    replications: 6,
    within: {
      chatFirstTokenP95: 0.07,
      runFirstTokenP95: 0.07,
      queueWaitP95: 0.07,
      givenUp: 0.07,
      meanQueued: 0.12,
    },
  },
];

describe('the simulator against the stand-in Dify in virtual time', () => {
  it.each(cases)('$name', ({ within, replications, ...one }) => {
    const told = compareWithStandIn(one, replications);
    for (const [quantity, bound] of Object.entries(within) as [Quantity, number][]) {
      const { standIn, simulated } = told[quantity];
      const least = quantity.endsWith('P95') ? unnoticeable.seconds : unnoticeable.requests;
      expect(
        Math.abs(simulated - standIn),
        `${quantity}: ${simulated} simulated, ${standIn} seen`,
      ).toBeLessThan(Math.max(least, bound * standIn));
    }
  });
});
