import { describe, expect, it } from 'vitest';
import type { World } from '../../worlds/world.ts';
import type { PodSnapshot } from '../kubernetes/pod-source.ts';
import type { RecordedExchange } from '../testing/recorded-exchange.ts';
import { Trial, worldNamed } from '../testing/trial.ts';

/** A world with few slots, whose chats take about two seconds in them. */
const slots = (connections: number, change: (world: World) => Partial<World> = () => ({})) =>
  worldNamed('slots-and-queue-bound', (world) => ({
    cluster: {
      ...world.cluster,
      api: { ...world.cluster.api, env: { SERVER_WORKER_CONNECTIONS: String(connections) } },
    },
    ...change(world),
  }));
const twoSeconds = '[[ttft=1.5 tps=10 n=3]]';

function only<T>(items: readonly T[]): T {
  if (items.length !== 1 || items[0] === undefined) throw new Error(`${items.length} items, not one`);
  return items[0];
}

const endings = (sent: readonly RecordedExchange[]) => sent.map(({ ending }) => ending);

describe('an API pod', () => {
  it('serves as many as it has slots and lets the others wait for one, first come first served', () => {
    const trial = new Trial(slots(2), { api: 1, worker: 0 });
    const sent = [1, 2, 3, 4].map(() => trial.chat(twoSeconds));
    trial.advance(0.1);
    const { process } = only(trial.model.fleet.pods);
    expect({ inService: process.inService, waiting: process.waiting }).toEqual({ inService: 2, waiting: 2 });
    trial.advance(10);
    const totals = sent.map(({ totalMs }) => totalMs ?? 0);
    expect(totals[1]).toBeLessThan(2500);
    // With a slot each, the third and fourth would be as quick as the first two.
    expect(totals[2]).toBeGreaterThan(3500);
    expect(endings(sent)).toEqual(['ended', 'ended', 'ended', 'ended']);
  });

  it('has the slots of all its gunicorn workers', () => {
    const world = worldNamed('comfortable');
    const trial = new Trial(world, { api: 0, worker: 0 });
    trial.model.fleet.seen(
      trial.pod('api', 0, { env: { SERVER_WORKER_AMOUNT: '3', SERVER_WORKER_CONNECTIONS: '4' } }),
    );
    for (let count = 0; count < 20; count++) trial.chat(twoSeconds);
    trial.advance(0.1);
    expect(only(trial.model.fleet.pods).process.inService).toBe(12);
  });

  it("falls back on Dify's own 10 slots when the environment says nothing", () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 0, worker: 0 });
    trial.model.fleet.seen(trial.pod('api', 0, { env: {} }));
    for (let count = 0; count < 20; count++) trial.chat(twoSeconds);
    trial.advance(0.1);
    expect(only(trial.model.fleet.pods).process.inService).toBe(10);
  });

  it('refuses what its listen backlog does not hold', () => {
    const world = slots(1, ({ api }) => ({ api: { ...api, listenBacklog: 2 } }));
    const trial = new Trial(world, { api: 1, worker: 0 });
    const sent = [1, 2, 3, 4].map(() => trial.chat(twoSeconds));
    expect(endings(sent)).toEqual([null, null, null, 'bad-gateway']);
  });

  it('works for a client that has hung up until the model has said everything', () => {
    const cpuAfter = (hangUp: boolean) => {
      const trial = new Trial(slots(10), { api: 1, worker: 0 });
      const exchange = trial.chat('[[ttft=0.5 tps=20 n=40]]');
      trial.advance(1);
      if (hangUp) exchange.hangUp();
      trial.advance(10);
      return only(trial.model.fleet.pods).process.cpu.usedMs;
    };
    expect(cpuAfter(true)).toBeCloseTo(cpuAfter(false), 6);
    // 85 ms before the model, 0.74 ms a token, 43 ms at the end: the world's costs.
    expect(cpuAfter(true)).toBeCloseTo(85 + 40 * 0.74 + 43, 6);
  });

  it('frees the slot of a client that has hung up with the next event it cannot deliver', () => {
    const trial = new Trial(slots(1), { api: 1, worker: 0 });
    const first = trial.chat('[[ttft=0.5 tps=10 n=100]]');
    trial.advance(1);
    first.hangUp();
    const second = trial.chat('[[ttft=0.5 tps=10 n=1]]');
    trial.advance(2);
    expect(second.ending).toBe('ended');
  });
});

describe('Fleet', () => {
  it('spreads connections over the Ready API pods at random', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 4, worker: 1 });
    for (let count = 0; count < 400; count++) {
      trial.send({ method: 'GET', path: '/health' });
      trial.advance(0.1);
    }
    const served = trial.model.fleet.pods
      .filter(({ component }) => component === 'api')
      .map(({ process }) => process.finished);
    // Binomial, 400 trials of 1/4: 100 ± 4 standard deviations of 8.7.
    for (const count of served) expect(Math.abs(count - 100)).toBeLessThan(35);
    expect(served.reduce((sum, count) => sum + count, 0)).toBe(400);
  });

  it.each<{ name: string; change: Partial<PodSnapshot> }>([
    { name: 'starts', change: { isReady: false } },
    { name: 'waits for a node', change: { isReady: false, isRunning: false } },
    { name: 'is being deleted', change: { isTerminating: true } },
  ])('sends nothing to a pod that $name', ({ change }) => {
    const trial = new Trial(worldNamed('comfortable'), { api: 0, worker: 0 });
    trial.model.fleet.seen(trial.pod('api', 0, change));
    expect(trial.chat('hi').ending).toBe('bad-gateway');
  });

  it('sends nothing more to a pod that is no longer Ready, which goes on with what it has', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 1, worker: 0 });
    const before = trial.chat(twoSeconds);
    trial.advance(0.5);
    trial.model.fleet.seen(trial.pod('api', 0, { isReady: false }));
    expect(trial.chat(twoSeconds).ending).toBe('bad-gateway');
    trial.advance(5);
    expect(before.ending).toBe('ended');
    expect(only(trial.model.fleet.pods).state).toBe('unready');
  });

  it('refuses at a deleted pod what is still routed to it, and what waited there', () => {
    const world = slots(1, ({ api }) => ({ api: { ...api, endpointLagSeconds: 0.5 } }));
    const trial = new Trial(world, { api: 1, worker: 0 });
    const [inSlot, waiting] = [trial.chat(twoSeconds), trial.chat(twoSeconds)];
    trial.model.fleet.seen(trial.pod('api', 0, { isTerminating: true }));
    expect([inSlot.ending, waiting.ending]).toEqual([null, 'bad-gateway']);
    trial.advance(0.2);
    expect(trial.chat(twoSeconds).ending).toBe('bad-gateway');
    expect(trial.model.truth.line().refused).toBe(2);
  });

  it('cuts the streams that are still open when the grace of their pod is over', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 1, worker: 0 });
    const [quick, slow] = [trial.chat('[[ttft=1 tps=10 n=20]]'), trial.chat('[[ttft=1 tps=1 n=60]]')];
    trial.advance(0.5);
    trial.model.fleet.seen(trial.pod('api', 0, { isTerminating: true, graceSeconds: 20 }));
    trial.advance(19);
    expect([quick.ending, slow.ending]).toEqual(['ended', null]);
    trial.advance(2);
    expect(slow.ending).toBe('cut');
    expect(slow.totalMs).toBeCloseTo(20_500, -1);
    expect(trial.model.truth.line().cutStreams).toBe(1);
    expect(trial.model.fleet.pods).toEqual([]);
  });

  it('cuts them earlier where gunicorn is less patient than the pod', () => {
    const world = worldNamed('comfortable', ({ api }) => ({ api: { ...api, gracefulTimeoutSeconds: 5 } }));
    const trial = new Trial(world, { api: 1, worker: 0 });
    const slow = trial.chat('[[ttft=1 tps=1 n=60]]');
    trial.model.fleet.seen(trial.pod('api', 0, { isTerminating: true, graceSeconds: 60 }));
    trial.advance(5.1);
    expect(slow.ending).toBe('cut');
  });

  it('cuts them at once when the pod is removed by force', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 1, worker: 0 });
    const slow = trial.chat('[[ttft=1 tps=1 n=60]]');
    trial.advance(2);
    trial.model.fleet.gone('api-0');
    expect(slow.ending).toBe('cut');
  });

  it('lets a deleted pod finish though its API object is gone before its grace', () => {
    const trial = new Trial(worldNamed('comfortable'), { api: 1, worker: 0 });
    const quick = trial.chat(twoSeconds);
    trial.model.fleet.seen(trial.pod('api', 0, { isTerminating: true }));
    trial.model.fleet.gone('api-0');
    trial.advance(5);
    expect(quick.ending).toBe('ended');
  });
});
