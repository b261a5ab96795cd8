import { describe, expect, it } from 'vitest';
import {
  exampleDemand,
  exampleModel,
  exampleObjectives,
  exampleScaling,
} from './bench/example-deployment.ts';
import type { Demand, Scaling, ScalingModel, SimulationModel } from './model.ts';
import { simulate } from './simulate.ts';
import { prepareScaling } from './world.ts';

const [api] = exampleModel.components;
if (api === undefined) throw new Error('the example has no components');
const web = {
  ...api,
  name: 'web' as const,
  requestedMillicores: 500,
  idleMillicores: 0,
  slotsPerReplica: Number.POSITIVE_INFINITY,
  cpuMilliseconds: {},
  service: {},
  postgresConnections: 0,
};
const withWeb: SimulationModel = { ...exampleModel, components: [...exampleModel.components, web] };
const withPages: SimulationModel = { ...withWeb, pages: { cpuMilliseconds: 40 } };
const calm = exampleDemand(1200, 2, 3);

function pagesPerSecond(rate: (second: number) => number, demand: Demand = calm): Demand {
  return { ...demand, pages: Uint16Array.from({ length: demand.durationSeconds }, (_, at) => rate(at)) };
}

const fixed = (replicas: number): ScalingModel => ({
  hpaSpec: null,
  initialReplicas: replicas,
  requestedMillicores: null,
});
const byCpu: ScalingModel = {
  hpaSpec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 10,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
      },
    ],
  },
  initialReplicas: 1,
  requestedMillicores: null,
};

function run(model: SimulationModel, demand: Demand, scaling: Scaling) {
  return simulate(model, prepareScaling(model, scaling), demand, exampleObjectives, { withSeries: true });
}

describe('pages of the web front end', () => {
  it('change nothing of what the classes of the load meet', () => {
    const scaling = { ...exampleScaling, web: fixed(2) };
    const without = run(withWeb, calm, scaling).summary;
    const { pages, ...others } = run(
      withPages,
      pagesPerSecond(() => 30),
      scaling,
    ).summary;
    expect(without.pages).toBeNull();
    expect(pages?.opened).toBe(30 * 1200);
    expect({ ...others, pages: null }).toEqual(without);
  });

  it('are the same for the same seed, and others for another', () => {
    const scaling = { ...exampleScaling, web: fixed(1) };
    const demand = pagesPerSecond(() => 15);
    expect(run(withPages, demand, scaling)).toEqual(run(withPages, demand, scaling));
    const other = run(withPages, { ...demand, seed: 99 }, scaling).summary.pages;
    expect(other?.firstByteP95Seconds).not.toBe(
      run(withPages, demand, scaling).summary.pages?.firstByteP95Seconds,
    );
  });

  it('use the CPU that was stated, of a limit below one core as well', () => {
    const half = {
      ...withPages,
      components: [...exampleModel.components, { ...web, processMillicores: 500 }],
    };
    for (const model of [withPages, half]) {
      const usage = run(
        model,
        pagesPerSecond(() => 10),
        { ...exampleScaling, web: fixed(2) },
      ).series;
      const seconds = usage?.components.web?.cpuUsageRatio ?? new Float32Array();
      const mean = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
      // 10 pages × 40 ms on two pods of 500 requested millicores.
      expect(mean).toBeCloseTo(0.4, 2);
    }
  });

  it('let the HPA of web scale out and in, and become slow for as long as new pods take', () => {
    const demand = pagesPerSecond((at) => (at >= 300 && at < 600 ? 60 : 5));
    const { summary, series } = run(withPages, demand, { ...exampleScaling, web: byCpu });
    const ready = series?.components.web?.readyReplicas ?? new Uint16Array();
    expect({ before: ready[299], busy: ready[590], after: ready[1199] }).toEqual({
      before: 1,
      busy: 10,
      after: 1,
    });
    const p95 = series?.pageFirstByteP95Seconds ?? new Float32Array();
    expect(p95[4]).toBeLessThan(0.2);
    expect(p95[5]).toBeGreaterThan(1);
    expect(p95[15]).toBeLessThan(0.2);
    expect(summary.sloViolatedMinutes).toBe(
      run(withWeb, calm, { ...exampleScaling, web: fixed(1) }).summary.sloViolatedMinutes,
    );
  });

  it('take nodes from the other components', () => {
    const few = { ...withPages, limits: { ...withPages.limits, schedulablePods: 9 } };
    const burst = exampleDemand(1200, 2, 9.5);
    const peakOfApi = (pages: number) =>
      run(
        few,
        pagesPerSecond(() => pages, burst),
        { ...exampleScaling, web: byCpu },
      ).summary.peakReplicas.api ?? 0;
    expect(peakOfApi(60)).toBeLessThan(peakOfApi(1));
  });

  it('fail while no pod of web is Ready, and only then', () => {
    const none = { ...withPages, limits: { ...withPages.limits, schedulablePods: 4 } };
    const { pages, failedRequests } = run(
      none,
      pagesPerSecond(() => 3),
      { ...exampleScaling, web: fixed(1) },
    ).summary;
    expect(pages).toEqual({ opened: 3600, failed: 3600, firstByteP95Seconds: null });
    expect(failedRequests).toBe(0);
  });
});
