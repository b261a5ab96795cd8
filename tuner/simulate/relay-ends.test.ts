import { describe, expect, it } from 'vitest';
import { exampleModel, exampleObjectives } from './bench/example-deployment.ts';
import type { Demand, SimulationModel } from './model.ts';
import { simulate } from './simulate.ts';
import { prepareScaling } from './world.ts';

const seconds = 900;
const served = { from: 0, to: 780 };

/** Chats that make the API busy for a minute and leave it calm for the next, beside runs; at last nothing comes. */
const demand: Demand = {
  durationSeconds: seconds,
  arrivals: {
    chat: Uint16Array.from({ length: seconds }, (_, at) => (at < served.to && at % 120 < 60 ? 15 : 1)),
    workflow: Uint16Array.from({ length: seconds }, (_, at) => (at < served.to ? 5 : 0)),
  },
  seed: 3,
};

function run(slotsPerReplica: number) {
  const components = exampleModel.components.map((component) =>
    component.name === 'api' ? { ...component, slotsPerReplica } : component,
  );
  const model: SimulationModel = { ...exampleModel, components };
  const fixed = (initialReplicas: number) => ({ hpaSpec: null, initialReplicas, requestedMillicores: 1000 });
  const prepared = prepareScaling(model, { api: fixed(2), worker: fixed(4) });
  return simulate(model, prepared, demand, exampleObjectives, { withSeries: true });
}

const idleMillicores = 8;
const runs = 5 * served.to;

describe('runs that busy pods accept and relay', () => {
  it.each([
    { name: 'with slots for all', slots: 200 },
    { name: 'that wait for slots', slots: 12 },
  ])('are all run by the workers, $name', ({ slots }) => {
    const { worker } = run(slots).series?.components ?? {};
    const busySeconds = [...(worker?.cpuUsageRatio ?? [])].reduce(
      (sum, ratio) => sum + 4 * (ratio - idleMillicores / 1000),
      0,
    );
    // 160 ms each.
    expect(busySeconds / 0.16).toBeGreaterThan(0.995 * runs);
    expect(busySeconds / 0.16).toBeLessThan(1.005 * runs);
  });

  it('leave no trace when they have ended', () => {
    const { series } = run(12);
    expect(series?.inFlight.workflow?.at(-1)).toBeLessThan(0.01);
    expect(series?.components.api?.waiting.at(-1)).toBe(0);
  });
});
