import { describe, expect, it } from 'vitest';
import { exampleModel } from './bench/example-deployment.ts';
import type { ComponentModel } from './model.ts';
import { noiseOf } from './noise.ts';
import { createPods, scalePods, startWithReady } from './pods.ts';
import { createResourceMetrics, forgetPod, publishIfDue, scrapeIfDue } from './resource-metrics.ts';

const [api] = exampleModel.components as [ComponentModel];
const component: ComponentModel = { ...api, idleMillicores: 10, startedSeconds: [2], readySeconds: [20] };
const pipeline = { ...exampleModel.metricPipeline, resourcePeriodSeconds: 15, resourceLagSeconds: 4 };

/** Two pods that use 500 millicores from second 0 on, scraped at 7.5, 22.5 … */
function watched(lagSeconds = 4, usageLagSeconds = 0) {
  const pods = createPods(component, 4);
  startWithReady(pods, 2, 10);
  const metrics = createResourceMetrics(
    pods,
    { ...pipeline, resourceLagSeconds: lagSeconds, usageLagSeconds },
    0.5,
  );
  const lifecycle = { noise: noiseOf(1), freeNodes: 8 };
  const passTo = (from: number, to: number) => {
    for (let at = from; at <= to; at++) scrapeIfDue(metrics, pods, at, () => 500 * at);
  };
  /** What a sync reads. */
  const read = (at: number, place = 0) => {
    publishIfDue(metrics, pods, at);
    return { millicores: metrics.millicores[place], sampleAt: metrics.sampleAt[place] };
  };
  return { pods, metrics, lifecycle, passTo, read };
}

describe('samples of metrics-server', () => {
  it('begin with a pod that was idle, and average over the time between two scrapes', () => {
    const { passTo, read } = watched();
    passTo(0, 8);
    expect(read(8)).toEqual({ millicores: 10, sampleAt: -7.5 });
    passTo(9, 12);
    // 4,000 ms of CPU in the 15.5 s since the scrape before, and what idles.
    expect(read(12).millicores).toBeCloseTo(4000 / 15.5 + 10, 6);
    passTo(13, 27);
    expect(read(27)).toEqual({ millicores: 510, sampleAt: 23 });
  });

  it('are stale by the lag until they can be read', () => {
    const { passTo, read } = watched();
    passTo(0, 23);
    expect(read(26).sampleAt).toBe(8);
    expect(read(27).sampleAt).toBe(23);
  });

  it('carry a timestamp that is later than what they measured by the lag of the usage itself', () => {
    const metrics = watched(4, 3);
    metrics.passTo(0, 23);
    // What had been used up to 23 is told at 27, with a timestamp of 26: the readiness rules of the HPA go by that.
    expect(metrics.read(27)).toEqual({ millicores: 510, sampleAt: 26 });
  });

  it('can be read at once without a lag, and one period late with a lag of a period', () => {
    const atOnce = watched(0);
    atOnce.passTo(0, 8);
    expect(atOnce.read(8).sampleAt).toBe(8);
    const late = watched(15);
    late.passTo(0, 22);
    expect(late.read(22).sampleAt).toBe(-7.5);
    late.passTo(23, 23);
    expect(late.read(23).sampleAt).toBe(8);
  });

  it('are missing for a new pod until it was scraped twice', () => {
    const { pods, metrics, lifecycle, passTo, read } = watched(0);
    passTo(0, 9);
    scalePods(pods, 3, 10, lifecycle);
    forgetPod(metrics, 2);
    passTo(10, 23);
    expect(read(23, 2).sampleAt).toBe(Number.NEGATIVE_INFINITY);
    passTo(24, 38);
    expect(read(38, 2)).toEqual({ millicores: 10, sampleAt: 38 });
  });
});
